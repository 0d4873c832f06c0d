// All commands: those of the menus and keys, and the server's own, which code lenses and code actions name.
import * as vscode from "vscode";

import * as act from "./act";
import type { Compare } from "./compare";
import { lines } from "./protocol";
import { find, run } from "./program";
import type { Questions } from "./questions";
import type { Node, Review } from "./review";
import { Scope } from "./scope";
import type { Servers } from "./servers";

export interface Parts {
  readonly extension: vscode.Uri;
  readonly output: vscode.LogOutputChannel;
  readonly servers: Servers;
  readonly questions: Questions;
  readonly review: Review;
  readonly compare: Compare;
}

/** What the server does; see `commands.rs` there. */
const SERVERS = ["revert", "accept", "restore", "scope.set", "scope.allow", "answer"];
/** Of those the one that has another meaning here. */
const OURS = ["answer"];

export function commands(parts: Parts): vscode.Disposable[] {
  const { servers, review } = parts;
  const scope = new Scope(servers, parts.extension);
  const selected = () => review.view.selection[0];
  const does: Record<string, (...words: never[]) => unknown> = {
    nextHunk: () => act.go(servers, 1),
    previousHunk: () => act.go(servers, -1),
    revertHunk: (node?: Node) => act.toHunk(servers, "revert", node, false),
    revertHunkWithMine: (node?: Node) => act.toHunk(servers, "revert", node, true),
    acceptHunk: (node?: Node) => act.toHunk(servers, "accept", node, false),
    revertFile: (of?: Node | vscode.Uri) => act.toFile(servers, "revert", of),
    acceptFile: (of?: Node | vscode.Uri) => act.toFile(servers, "accept", of),
    revertSession: (node?: Node) => act.toSession("revert", node),
    acceptSession: (node?: Node) => act.toSession("accept", node),
    // The keys name the row that has the focus: arrows move that, and not the selection.
    revertNode: (node?: Node) => act.toNode(servers, "revert", node ?? selected()),
    acceptNode: (node?: Node) => act.toNode(servers, "accept", node ?? selected()),
    revertAll: () => act.toAll(servers, "revert"),
    acceptAll: () => act.toAll(servers, "accept"),
    diff: (of?: Node | vscode.Uri) => compare(parts, of),
    diffNode: (node?: Node) => compare(parts, node ?? selected()),
    provenance: () => vscode.commands.executeCommand("editor.action.showHover"),
    log: () => log(parts),
    answer: (argument?: unknown, root?: string) =>
      argument === undefined
        ? parts.questions.put()
        : servers.here(root)?.execute("countersign.answer", argument as object),
    "scope.limitToFile": (of?: Node | vscode.Uri) => scope.limit(act.document(of), false),
    "scope.limitToFolder": (uri?: vscode.Uri) => scope.limit(uri, true),
    "scope.limitToSymbol": () => scope.limitToSymbol(),
    "scope.allowHere": (of?: Node | vscode.Uri) => scope.allow(act.document(of)),
    "scope.clear": () => scope.clear(),
    "scope.show": () => scope.show(),
    "review.open": () => act.openReview(review),
    refresh: () => review.refresh(),
    restart: () => restart(servers),
    output: () => parts.output.show(),
  };
  const theirs = SERVERS.filter((name) => !OURS.includes(name)).map((name) => [
    name,
    (argument?: object, root?: string) => servers.here(root)?.execute(`countersign.${name}`, argument ?? {}),
  ]);
  // One name for two of them is an error here, at the start.
  return [...Object.entries(does), ...theirs].map(([name, run]) =>
    vscode.commands.registerCommand(`countersign.${name}`, run as (...words: unknown[]) => unknown),
  );
}

async function compare(parts: Parts, of: Node | vscode.Uri | undefined): Promise<void> {
  const uri = act.document(of);
  const node = of instanceof vscode.Uri || of?.kind !== "finding" ? of : of.of;
  const hunk = node !== undefined && "kind" in node && node.kind === "hunk" ? node.hunk : undefined;
  if (uri !== undefined) {
    await parts.compare.open(uri, hunk && lines(hunk).first);
  }
}

async function restart(servers: Servers): Promise<void> {
  await servers.restart();
  if (servers.list().length === 0) {
    void vscode.window.showInformationMessage(
      "Countersign: no folder that is open holds a .countersign.toml. Run `countersign init` in a terminal in your repository.",
    );
  }
}

/** The audit trail, as the program prints it, in a document of its own. */
async function log(parts: Parts): Promise<void> {
  const [server, program] = [parts.servers.here(), find(parts.extension)];
  if (server === undefined || program === undefined) {
    return void vscode.window.showWarningMessage("Countersign: no server runs here.");
  }
  const ended = await run(program, server.root.fsPath, ["log"]);
  const content = ended.code === 0 ? ended.stdout : ended.stderr;
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content, language: "log" }));
}
