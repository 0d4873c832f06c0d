// A server for each workspace that is open: each folder's own, or the one above it, that holds a `.countersign.toml`.
import * as vscode from "vscode";

import type { Hunk } from "./protocol";
import { Server, Surroundings } from "./server";

const POLICY = ".countersign.toml";

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

/** The folder, or the nearest above it, that holds a policy. */
async function rootOf(folder: vscode.Uri): Promise<vscode.Uri | undefined> {
  for (let at = folder; ; at = vscode.Uri.joinPath(at, "..")) {
    if (await exists(vscode.Uri.joinPath(at, POLICY))) {
      return at;
    }
    if (at.path === "/" || at.path === vscode.Uri.joinPath(at, "..").path) {
      return undefined;
    }
  }
}

export class Servers implements vscode.Disposable {
  private all: Server[] = [];
  private following: Promise<void> = Promise.resolve();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly news = new vscode.EventEmitter<vscode.Uri>();
  private readonly rest: vscode.Disposable[];
  /** What runs, its health, or whether an agent is at work. */
  readonly onChange = this.changed.event;
  /** There are other hunks in a document. */
  readonly onHunks = this.news.event;

  constructor(private readonly around: Surroundings) {
    const policies = vscode.workspace.createFileSystemWatcher(`**/${POLICY}`, false, true, true);
    this.rest = [
      policies,
      policies.onDidCreate(() => void this.follow()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.follow()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("countersign.path")) {
          void this.restart();
        }
      }),
    ];
  }

  /** Starts what is missing, and ends what no folder is open of. One at a time. */
  follow(): Promise<void> {
    this.following = this.following.then(() => this.catchUp());
    return this.following;
  }

  async restart(): Promise<void> {
    await Promise.all(this.all.map((server) => server.restart()));
    await this.follow();
  }

  list(): readonly Server[] {
    return this.all;
  }

  /** The server of a document: of two, one in the other, the inner one's. */
  of(uri: vscode.Uri | undefined): Server | undefined {
    const having = this.all.filter((server) => uri !== undefined && server.has(uri));
    return having.sort((one, other) => other.root.path.length - one.root.path.length)[0];
  }

  /** The server of that name, of the document that is looked at, or the only one. */
  here(root?: string): Server | undefined {
    const named = this.all.find((server) => server.root.toString() === root);
    const only = this.all.length === 1 ? this.all[0] : undefined;
    return named ?? this.of(vscode.window.activeTextEditor?.document.uri) ?? only;
  }

  async hunks(): Promise<{ server: Server; hunks: readonly Hunk[] }[]> {
    return Promise.all(this.all.map(async (server) => ({ server, hunks: await server.hunks() })));
  }

  async end(): Promise<void> {
    const all = this.all;
    this.all = [];
    await Promise.all(all.map((server) => server.stop()));
  }

  dispose(): void {
    this.rest.forEach((one) => one.dispose());
  }

  private async catchUp(): Promise<void> {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === "file");
    const roots = new Map<string, vscode.Uri>();
    for (const folder of folders) {
      const root = await rootOf(folder.uri);
      if (root !== undefined) {
        roots.set(root.toString(), root);
      }
    }
    const gone = this.all.filter((server) => !roots.has(server.root.toString()));
    this.all = this.all.filter((server) => !gone.includes(server));
    gone.forEach((server) => void server.stop());
    for (const [name, root] of roots) {
      if (!this.all.some((server) => server.root.toString() === name)) {
        this.begin(root);
      }
    }
    await vscode.commands.executeCommand("setContext", "countersign.active", this.all.length > 0);
    this.changed.fire();
  }

  private begin(root: vscode.Uri): void {
    const server = new Server(root, this.around);
    server.onChange(() => this.changed.fire());
    server.onHunks((uri) => this.news.fire(uri));
    this.all.push(server);
    void server.start();
  }
}
