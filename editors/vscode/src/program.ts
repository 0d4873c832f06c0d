// The program `countersign`: where it is, of which version it is, and what it says when it is run.
import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

export interface Program {
  readonly file: string;
  /** Who named it. */
  readonly from: "setting" | "package" | "PATH";
}

const NAME = process.platform === "win32" ? "countersign.exe" : "countersign";

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The setting, else the one that came with the extension, else the one on the PATH. A setting that leads nowhere is not passed over. */
export function find(extension: vscode.Uri): Program | undefined {
  const set = vscode.workspace.getConfiguration("countersign").get<string>("path", "").trim();
  if (set !== "") {
    const file = set.startsWith("~/") ? path.join(process.env["HOME"] ?? "", set.slice(2)) : set;
    return isProgram(file) ? { file, from: "setting" } : undefined;
  }
  const own = vscode.Uri.joinPath(extension, "bin", NAME).fsPath;
  if (isProgram(own)) {
    return { file: own, from: "package" };
  }
  const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const file = folders.map((folder) => path.join(folder, NAME)).find(isProgram);
  return file === undefined ? undefined : { file, from: "PATH" };
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it to its end, in ten seconds at most. Does not fail: what kept it from running is its `stderr`. */
export function run(program: Program, cwd: string | undefined, words: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, timeout: 10_000, maxBuffer: 64 << 20, env: { ...process.env, NO_COLOR: "1" } };
    execFile(program.file, [...words], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr: stderr || (error?.message ?? "") });
    });
  });
}

/** Its version; undefined where it is no Countersign. */
export async function version(program: Program): Promise<string | undefined> {
  const ended = await run(program, undefined, ["--version"]);
  return ended.code === 0 ? /^countersign (\d+\.\d+\.\S+)/.exec(ended.stdout)?.[1] : undefined;
}

/** Whether an extension and a program were made for each other: before 1.0 the second number tells. */
export function fits(extension: string, program: string): boolean {
  const [one, other] = [extension, program].map((text) => text.split("."));
  return one?.[0] === other?.[0] && one?.[1] === other?.[1];
}
