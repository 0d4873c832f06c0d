// What of the hunks is before the user's eyes: told to the server, which keeps it for the times that reviews took. Nothing goes elsewhere.
//
// What was typed is not told (`countersign/didEdit`), though the server would take it. It would have to be said before the change goes out, and
// what VS Code says by then (`reason`, `isDirty`, the focus) is the same for a key as for an edit, or the command `type`, of an extension that is
// an agent; its word would give that text to the user. Each key reaches the server at once here, and the server holds what comes against the disk.
import * as vscode from "vscode";

import { within } from "./act";
import type { Marks } from "./marks";
import type { View } from "./protocol";
import type { Server } from "./server";
import type { Servers } from "./servers";

/** Scrolling past is no look, in ms; nor is a hunk one that changes with each key. */
const REST = 400;

export class Views implements vscode.Disposable {
  /** What was told last of each hunk, and which process it was told. */
  private readonly told = new Map<Server, { process: number | undefined; views: ReadonlyMap<string, View> }>();
  private waiting: NodeJS.Timeout | undefined;
  private readonly rest: vscode.Disposable[];

  constructor(
    private readonly servers: Servers,
    private readonly marks: Marks,
  ) {
    const soon = () => this.soon();
    this.rest = [
      marks.onDraw(soon),
      servers.onChange(soon),
      vscode.window.onDidChangeTextEditorVisibleRanges(soon),
      vscode.window.onDidChangeVisibleTextEditors(soon),
      vscode.window.onDidChangeActiveTextEditor(soon),
      vscode.window.onDidChangeTextEditorSelection(soon),
      vscode.window.onDidChangeWindowState(soon),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("countersign.views")) {
          soon();
        }
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.waiting);
    this.rest.forEach((one) => one.dispose());
  }

  /** Looks once nothing has moved for a while. */
  private soon(): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.look(), REST);
  }

  private look(): void {
    const isKept = vscode.workspace.getConfiguration("countersign").get<boolean>("views", true);
    const looks = isKept && vscode.window.state.focused;
    const running = this.servers.list().filter((server) => server.isRunning);
    for (const server of this.told.keys()) {
      if (!running.includes(server)) {
        this.told.delete(server);
      }
    }
    running.forEach((server) => this.tell(server, looks ? this.seen(server) : new Map()));
  }

  /** Tells what became otherwise. A process that began since was told nothing. */
  private tell(server: Server, views: ReadonlyMap<string, View>): void {
    const last = this.told.get(server);
    const old: ReadonlyMap<string, View> = last?.process === server.process ? (last?.views ?? new Map()) : new Map();
    for (const [hunk, view] of views) {
      if (old.get(hunk)?.focused !== view.focused) {
        server.viewed(hunk, view);
      }
    }
    for (const [hunk, { uri }] of old) {
      if (!views.has(hunk)) {
        server.viewed(hunk, { uri, visible: false, focused: false });
      }
    }
    this.told.set(server, { process: server.process, views });
  }

  /** The hunks of a server's files that editors show. */
  private seen(server: Server): Map<string, View> {
    const found = new Map<string, View>();
    for (const editor of vscode.window.visibleTextEditors) {
      const { uri, lineCount } = editor.document;
      const hunks = this.servers.of(uri) === server ? (this.marks.drawn.get(uri.toString()) ?? []) : [];
      const line = editor.selection.active.line;
      const met = editor === vscode.window.activeTextEditor ? within(hunks, line, line, lineCount) : [];
      const shown = editor.visibleRanges.flatMap(({ start, end }) => within(hunks, start.line, end.line, lineCount));
      for (const hunk of shown) {
        const focused = met.includes(hunk) || found.get(hunk.id)?.focused === true;
        found.set(hunk.id, { uri: hunk.uri, visible: true, focused });
      }
    }
    return found;
  }
}
