// Reverts and accepts, by the server's own commands: what is open is changed by an edit that the editor can undo.
import * as vscode from "vscode";

import { counted, Hunk, lines, Which } from "./protocol";
import type { Node, Review } from "./review";
import type { Servers } from "./servers";

export type What = "revert" | "accept";

/** How often the review is asked to show an item before it is left without, and how long between two times, in ms. */
const TRIES = 20;
const PAUSE = 100;

function say(text: string): void {
  void vscode.window.showInformationMessage(`Countersign: ${text}`);
}

async function isSure(question: string, title: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true }, title)) === title;
}

/** The hunks that lines touch, from 0. Lines that are gone are met on the line behind them, and at a file's end on its last. */
export function within(hunks: readonly Hunk[], first: number, last: number, count: number): Hunk[] {
  return hunks.filter((hunk) => {
    const at = Math.min(lines(hunk).first, count - 1);
    return at <= last && first <= Math.max(lines(hunk).last, at);
  });
}

/** Does it to what is meant: the node, else the hunks of the selection. */
export async function toHunk(servers: Servers, what: What, node: Node | undefined, includeMine: boolean): Promise<void> {
  const with_ = includeMine ? { includeMine } : {};
  if (node?.kind === "hunk") {
    return node.server.execute(`countersign.${what}`, { hunks: [node.hunk.id], ...with_ });
  }
  const editor = vscode.window.activeTextEditor;
  const server = servers.of(editor?.document.uri);
  if (editor === undefined || server === undefined) {
    return say("there is no hunk here: no server runs for this file.");
  }
  const { start, end } = editor.selection;
  // As they are now: what is drawn may be a moment old.
  const hunks = await server.hunks(editor.document.uri);
  // Whole lines are selected to the begin of the next one, which is not meant.
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  let chosen = within(hunks, start.line, last, editor.document.lineCount);
  // Without a selection it is one: of two that meet here the one in which the cursor is.
  if (editor.selection.isEmpty) {
    chosen = chosen.slice(-1);
  }
  if (chosen.length === 0) {
    return say("no hunk on this line.");
  }
  await server.execute(`countersign.${what}`, { hunks: chosen.map((hunk) => hunk.id), ...with_ });
}

/** The same to all of the agents' hunks of a file, or to those of the session under which it stands. */
export async function toFile(servers: Servers, what: What, of: Node | vscode.Uri | undefined): Promise<void> {
  if (of !== undefined && "kind" in of && of.kind === "file") {
    // It stands under one session: what others did in the same file is not meant.
    const { session } = of.of;
    const which: Which =
      session === undefined ? { hunks: of.hunks.map((hunk) => hunk.id) } : { uri: of.uri.toString(), session };
    return of.server.execute(`countersign.${what}`, which);
  }
  const uri = document(of);
  const server = servers.of(uri);
  if (uri === undefined || server === undefined) {
    return say("no server runs for this file.");
  }
  await server.execute(`countersign.${what}`, { uri: uri.toString() });
}

/** The same to what a node stands for. */
export async function toNode(servers: Servers, what: What, node: Node | undefined): Promise<void> {
  switch (node?.kind) {
    case undefined:
      return say("nothing is selected in the review.");
    case "session":
      return toSession(what, node);
    case "file":
      return toFile(servers, what, node);
    case "hunk":
      return toHunk(servers, what, node, false);
    case "finding":
      return toHunk(servers, what, node.of, false);
  }
}

/** The same to all of a session, once the person has said yes: one key too many on its row is soon pressed. */
export async function toSession(what: What, node: Node | undefined): Promise<void> {
  if (node?.kind !== "session") {
    return say("choose a session in the review.");
  }
  const which: Which =
    node.session === undefined ? { hunks: node.hunks.map((hunk) => hunk.id) } : { session: node.session };
  const title = `${what === "revert" ? "Revert" : "Accept"} ${counted(node.hunks.length, "Hunk")}`;
  const files = new Set(node.hunks.map((hunk) => hunk.uri)).size;
  if (await isSure(`${title} in ${counted(files, "file")}, all of this session?`, title)) {
    await node.server.execute(`countersign.${what}`, which);
  }
}

/** The same to all that agents wrote, once the person has said yes: a revert of all is not undone by one key. */
export async function toAll(servers: Servers, what: What): Promise<void> {
  const title = what === "revert" ? "Revert All" : "Accept All";
  if (await isSure(`${title} that agents wrote and that awaits review?`, title)) {
    await Promise.all(servers.list().map((server) => server.execute(`countersign.${what}`, { all: true })));
  }
}

/** The file that is meant: a node's, one of the explorer's, or the one that is looked at. */
export function document(of: Node | vscode.Uri | undefined): vscode.Uri | undefined {
  if (of instanceof vscode.Uri) {
    return of;
  }
  const node = of?.kind === "finding" ? of.of : of;
  return node !== undefined && node.kind !== "session" ? node.uri : vscode.window.activeTextEditor?.document.uri;
}

/** Puts the cursor on the next hunk, or the one before, of this file, else of the next file that has one; round and round. */
export async function go(servers: Servers, by: 1 | -1): Promise<void> {
  const all = (await servers.hunks()).flatMap(({ hunks }) => hunks);
  if (all.length === 0) {
    return say("nothing awaits review.");
  }
  const editor = vscode.window.activeTextEditor;
  const here = editor?.document.uri.toString();
  const line = editor?.selection.active.line ?? 0;
  const place = (one: Hunk) => ({
    uri: vscode.Uri.parse(one.uri).toString(),
    line: Math.min(lines(one).first, (editor?.document.lineCount ?? Infinity) - 1),
  });
  const isHere = all.map((one) => place(one).uri === here);
  const mine = all.filter((_, at) => isHere[at]);
  const beyond = by > 0 ? mine.find((one) => place(one).line > line) : mine.findLast((one) => place(one).line < line);
  // From a file that has none: on to the first, or back to the last.
  const edge = mine.length === 0 ? (by > 0 ? -1 : all.length) : by > 0 ? isHere.lastIndexOf(true) : isHere.indexOf(true);
  const from = beyond === undefined ? edge + by : all.indexOf(beyond);
  for (let step = 0; step < all.length; step++) {
    const next = all[(from + by * step + 2 * all.length) % all.length];
    if (next !== undefined && (await show(next))) {
      return;
    }
  }
}

/** Puts the cursor on it. Of a file that the editor cannot show, as one that was deleted, it is said where its change stands. */
async function show(hunk: Hunk): Promise<boolean> {
  const uri = vscode.Uri.parse(hunk.uri);
  const editor = await vscode.window.showTextDocument(uri).then(undefined, () => undefined);
  if (editor === undefined) {
    say(`${vscode.workspace.asRelativePath(uri)} cannot be opened. Its change stands in the review.`);
    return false;
  }
  const line = Math.min(lines(hunk).first, editor.document.lineCount - 1);
  editor.selection = new vscode.Selection(line, 0, line, 0);
  editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  return true;
}

/** Opens the review with the keyboard in it. */
export async function openReview(review: Review): Promise<void> {
  await vscode.commands.executeCommand("countersign.review.focus");
  // A tree that is being filled knows no item, and says so: as after it was shown for the first time.
  for (let tries = 0; tries < TRIES && review.view.selection.length === 0; tries++) {
    const first = (await review.getChildren())[0];
    const select = { select: true, focus: true };
    if (first === undefined || (await review.view.reveal(first, select).then(() => true, () => false))) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
