// Who wrote each line that awaits review: a letter in the gutter, a bar before the line, a mark in the overview ruler. The editor carries them
// along while somebody types. A letter, the bar's style and the mark's place say it, too: colour is never the only sign.
import * as vscode from "vscode";

import { Hunk, Kind, lines } from "./protocol";
import type { Servers } from "./servers";

type Author = Exclude<Kind, "user">;

const AUTHORS: Record<Author, { letter: string; border: string; lane: vscode.OverviewRulerLane }> = {
  agent: { letter: "a", border: "solid", lane: vscode.OverviewRulerLane.Left },
  mixed: { letter: "m", border: "double", lane: vscode.OverviewRulerLane.Center },
  external: { letter: "x", border: "dotted", lane: vscode.OverviewRulerLane.Right },
};
/** The colours of `package.json`, for pictures, which take no theme's. */
const LIGHT: Record<Author, string> = { agent: "#005fb8", mixed: "#8a5a00", external: "#6a3fa0" };
const DARK: Record<Author, string> = { agent: "#4daafc", mixed: "#e2a13f", external: "#b39ddb" };
/** Typing makes news three times a second: marks wait for its end, in ms. */
const PAUSE = 250;

function picture(letter: string, isGone: boolean, colour: string): vscode.Uri {
  const gone = isGone ? '<rect x="1" y="13" width="14" height="2"/>' : "";
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16" fill="${colour}">` +
    `<text x="8" y="11.5" font-family="monospace" font-weight="bold" font-size="12" text-anchor="middle">${letter}</text>${gone}</svg>`;
  return vscode.Uri.parse(`data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`);
}

interface Shown {
  readonly gutter: boolean;
  readonly bars: boolean;
  readonly overviewRuler: boolean;
}

function style(author: Author, isGone: boolean, shown: Shown): vscode.TextEditorDecorationType {
  const { letter, border, lane } = AUTHORS[author];
  const colour = new vscode.ThemeColor(`countersign.${author}`);
  const gutter = (of: string) => (shown.gutter ? { gutterIconPath: picture(letter, isGone, of) } : {});
  const side = isGone ? "3px 0 0 0" : "0 0 0 3px";
  return vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    ...(shown.gutter ? { gutterIconSize: "contain" } : {}),
    ...(shown.bars ? { borderWidth: side, borderStyle: border, borderColor: colour } : {}),
    ...(shown.overviewRuler ? { overviewRulerColor: colour, overviewRulerLane: lane } : {}),
    light: gutter(LIGHT[author]),
    dark: gutter(DARK[author]),
  });
}

/** What is drawn of a hunk: one range a line, so that each has its letter. */
export function ranges(hunk: Hunk): vscode.Range[] {
  const { first, last } = lines(hunk);
  const rows = Array.from({ length: Math.max(1, last - first + 1) }, (_, at) => first + at);
  return rows.map((row) => new vscode.Range(row, 0, row, 0));
}

export class Marks implements vscode.Disposable {
  private styles = new Map<string, vscode.TextEditorDecorationType>();
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  private readonly typed = new Map<string, number>();
  private readonly news = new vscode.EventEmitter<void>();
  private readonly rest: vscode.Disposable[];
  /** What is drawn now, by document; for who wants to know. */
  readonly drawn = new Map<string, readonly Hunk[]>();
  /** Something was drawn. */
  readonly onDraw = this.news.event;

  constructor(private readonly servers: Servers) {
    this.restyle();
    this.rest = [
      this.news,
      servers.onHunks((uri) => this.later(uri)),
      servers.onChange(() => this.all()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.all()),
      vscode.window.onDidChangeActiveTextEditor(() => this.tell()),
      vscode.workspace.onDidChangeTextDocument((event) => this.typed.set(event.document.uri.toString(), Date.now())),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.typed.delete(document.uri.toString());
        this.drawn.delete(document.uri.toString());
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("countersign.marks")) {
          this.restyle();
          this.all();
        }
      }),
    ];
    this.all();
  }

  dispose(): void {
    this.rest.forEach((one) => one.dispose());
    this.waiting.forEach((timer) => clearTimeout(timer));
    this.styles.forEach((one) => one.dispose());
  }

  private restyle(): void {
    this.styles.forEach((one) => one.dispose());
    const shown = vscode.workspace.getConfiguration("countersign.marks") as unknown as Shown;
    const authors = Object.keys(AUTHORS) as Author[];
    this.styles = new Map(
      authors.flatMap((author) => [false, true].map((isGone) => [`${author} ${isGone}`, style(author, isGone, shown)])),
    );
  }

  private all(): void {
    const open = new Set(vscode.window.visibleTextEditors.map((editor) => editor.document.uri.toString()));
    open.forEach((uri) => void this.draw(vscode.Uri.parse(uri)));
  }

  /** At once, or once there is a pause in the typing. */
  private later(uri: vscode.Uri): void {
    const name = uri.toString();
    clearTimeout(this.waiting.get(name));
    const since = Date.now() - (this.typed.get(name) ?? 0);
    this.waiting.set(name, setTimeout(() => void this.draw(uri), since < PAUSE ? PAUSE : 0));
  }

  private async draw(uri: vscode.Uri): Promise<void> {
    const name = uri.toString();
    const editors = () => vscode.window.visibleTextEditors.filter((editor) => editor.document.uri.toString() === name);
    const document = editors()[0]?.document;
    if (document === undefined || document.uri.scheme !== "file") {
      return this.tell();
    }
    const version = document.version;
    const hunks = (await this.servers.of(uri)?.hunks(uri)) ?? [];
    // Of an older text: what changed since is told of soon.
    if (document.version !== version && !document.isClosed) {
      return this.later(uri);
    }
    const ids = (of: readonly Hunk[]) => of.map((hunk) => hunk.id).join(" ");
    if (ids(hunks) !== ids(this.drawn.get(name) ?? [])) {
      this.servers.of(uri)?.renewLenses(document);
    }
    this.drawn.set(name, hunks);
    for (const [key, style] of this.styles) {
      const of = hunks.filter((hunk) => key === `${hunk.author.kind} ${lines(hunk).last < lines(hunk).first}`);
      editors().forEach((editor) => editor.setDecorations(style, of.flatMap(ranges)));
    }
    this.news.fire();
    this.tell();
  }

  private tell(): void {
    const active = vscode.window.activeTextEditor?.document.uri.toString();
    const has = (this.drawn.get(active ?? "") ?? []).length > 0;
    void vscode.commands.executeCommand("setContext", "countersign.hasHunks", has);
  }
}
