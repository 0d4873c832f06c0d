// A file beside itself without what awaits review, in a read-only document that follows the server's news.
import * as vscode from "vscode";

import type { Servers } from "./servers";

const SCHEME = "countersign-without";

/** The document of a file without the agents. Its path keeps the file's name, and with it its language. */
function without(uri: vscode.Uri): vscode.Uri {
  return uri.with({ scheme: SCHEME });
}

export class Compare implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly rest: vscode.Disposable[];
  readonly onDidChange = this.changed.event;

  constructor(private readonly servers: Servers) {
    this.rest = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      servers.onHunks((uri) => {
        if (vscode.workspace.textDocuments.some((one) => one.uri.toString() === without(uri).toString())) {
          this.changed.fire(without(uri));
        }
      }),
    ];
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const file = uri.with({ scheme: "file" });
    return (await this.servers.of(file)?.without(file, false)) ?? "";
  }

  /** Opens the two side by side, at a line of the file. */
  async open(uri: vscode.Uri, line?: number): Promise<void> {
    if (this.servers.of(uri)?.isRunning !== true) {
      return void vscode.window.showWarningMessage("Countersign: no server runs for this file.");
    }
    const name = vscode.workspace.asRelativePath(uri);
    const at = line === undefined ? {} : { selection: new vscode.Range(line, 0, line, 0) };
    await vscode.commands.executeCommand("vscode.diff", without(uri), uri, `${name} (without the agents ↔ as it is)`, at);
  }

  dispose(): void {
    this.rest.forEach((one) => one.dispose());
  }
}
