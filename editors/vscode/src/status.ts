// The status bar: what awaits review, what is held against it, whether an agent is at work or asks something, and whether the
// server is down or starts.
import * as vscode from "vscode";

import { counted } from "./protocol";
import type { Questions } from "./questions";
import type { Servers } from "./servers";

export interface Sum {
  readonly pending: number;
  readonly findings: number;
  readonly files: number;
}

/** What awaits review in all files. */
export function sum(servers: Servers): Sum {
  const all = servers.list().flatMap((server) => [...server.counts.values()]);
  const pending = all.map((counts) => counts.agent + counts.mixed + counts.external);
  return {
    pending: pending.reduce((one, other) => one + other, 0),
    findings: all.reduce((total, counts) => total + counts.findings, 0),
    files: pending.filter((count) => count > 0).length,
  };
}

const DOWN = ["missing", "wrong", "failed", "given-up"];
const STARTING = ["starting", "waiting", "stopped"];

export class Status implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly rest: vscode.Disposable[];

  constructor(
    private readonly servers: Servers,
    private readonly questions: Questions,
  ) {
    this.item = vscode.window.createStatusBarItem("countersign.status", vscode.StatusBarAlignment.Left, 10);
    this.item.name = "Countersign";
    this.rest = [
      this.item,
      servers.onChange(() => this.show()),
      servers.onHunks(() => this.show()),
      questions.onChange(() => this.show()),
      vscode.workspace.onDidChangeConfiguration(() => this.show()),
    ];
    this.show();
  }

  get text(): string {
    return this.item.text;
  }

  dispose(): void {
    this.rest.forEach((one) => one.dispose());
  }

  private show(): void {
    const all = this.servers.list();
    const isDown = all.some((server) => DOWN.includes(server.health));
    const isStarting = all.some((server) => STARTING.includes(server.health));
    void vscode.commands.executeCommand("setContext", "countersign.down", isDown);
    void vscode.commands.executeCommand("setContext", "countersign.starting", isStarting);
    if (all.length === 0 || !vscode.workspace.getConfiguration("countersign").get<boolean>("statusBar", true)) {
      return this.item.hide();
    }
    const { pending, findings, files } = sum(this.servers);
    const words: [icon: string, text: string][] = [];
    if (this.questions.count > 0) {
      words.push(["question", "an agent asks"]);
    }
    if (isDown) {
      words.push(["error", "Countersign is down"]);
    }
    if (isStarting) {
      words.push(["loading~spin", "Countersign is starting"]);
    }
    if (all.some((server) => server.atWork)) {
      words.push(["sync~spin", "an agent is at work"]);
    }
    // That there is nothing is said only where all were asked.
    if (pending > 0) {
      words.push(["checklist", `${pending} to review`]);
    } else if (!isDown && !isStarting) {
      words.push(["pass", "nothing to review"]);
    }
    if (findings > 0) {
      words.push(["warning", counted(findings, "finding")]);
    }
    const said = words.map(([, text]) => text).join(", ");
    this.item.text = words.map(([icon, text]) => `$(${icon}) ${text}`).join("  ");
    this.item.tooltip = `Countersign: ${said}${files > 0 ? `, in ${counted(files, "file")}` : ""}`;
    this.item.accessibilityInformation = { label: `Countersign: ${said}`, role: "button" };
    this.item.command =
      this.questions.count > 0 ? "countersign.answer" : isDown ? "countersign.restart" : "countersign.review.open";
    const stands = this.questions.count > 0 ? "warning" : isDown ? "error" : undefined;
    this.item.backgroundColor = stands && new vscode.ThemeColor(`statusBarItem.${stands}Background`);
    this.item.show();
  }
}
