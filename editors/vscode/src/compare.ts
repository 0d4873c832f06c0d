// A file beside itself without what awaits review, in a read-only document that follows the server's news.
import * as vscode from "vscode";

import type { Servers } from "./servers";

const SCHEME = "countersign-without";

/** The document of a file without the agents. Its path keeps the file's name, and with it its language. */
function without(uri: vscode.Uri): vscode.Uri {
  return uri.with({ scheme: SCHEME });
}

function file(uri: vscode.Uri): vscode.Uri {
  return uri.with({ scheme: "file" });
}

/** Whether nothing is in a file; one that is gone is empty, too. */
async function isEmpty(uri: vscode.Uri): Promise<boolean> {
  const open = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
  if (open !== undefined) {
    return open.getText() === "";
  }
  return vscode.workspace.fs.stat(uri).then(
    ({ size }) => size === 0,
    () => true,
  );
}

export class Compare implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly rest: vscode.Disposable[];
  readonly onDidChange = this.changed.event;

  constructor(private readonly servers: Servers) {
    this.rest = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      servers.onHunks((uri) => this.renew((shown) => shown.toString() === without(uri).toString())),
      // What was missed while none ran.
      servers.onChange(() => this.renew((shown) => servers.of(file(shown))?.isRunning === true)),
    ];
  }

  /** None while nobody knows it: the editor keeps what it has, where an empty text would say that agents wrote all of the file. */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string | undefined> {
    return this.known(file(uri));
  }

  /** Opens the two side by side, at a line of the file. */
  async open(uri: vscode.Uri, line?: number): Promise<void> {
    if (this.servers.of(uri)?.isRunning !== true) {
      return void vscode.window.showWarningMessage("Countersign: no server runs for this file.");
    }
    const name = vscode.workspace.asRelativePath(uri);
    if ((await this.known(uri)) === undefined) {
      return void vscode.window.showWarningMessage(`Countersign: nothing is known of ${name}.`);
    }
    const at = line === undefined ? {} : { selection: new vscode.Range(line, 0, line, 0) };
    await vscode.commands.executeCommand("vscode.diff", without(uri), uri, `${name} (without the agents ↔ as it is)`, at);
  }

  /** A file without the agents, where the server knows it. */
  private async known(uri: vscode.Uri): Promise<string | undefined> {
    const answer = await this.servers.of(uri)?.without(uri, false);
    const isKnown = answer !== undefined && (answer.text !== "" || answer.without !== "" || (await isEmpty(uri)));
    return isKnown ? answer.without : undefined;
  }

  private renew(which: (shown: vscode.Uri) => boolean): void {
    const shown = vscode.workspace.textDocuments.map((one) => one.uri).filter((uri) => uri.scheme === SCHEME);
    shown.filter(which).forEach((uri) => this.changed.fire(uri));
  }

  dispose(): void {
    this.rest.forEach((one) => one.dispose());
  }
}
