// Where agents may write, set from menus. The program itself does it, so that it is one rule whoever sets it: the session heard of last, or all
// to come where there is none.
import * as vscode from "vscode";

import { find, run } from "./program";
import type { Server } from "./server";
import type { Servers } from "./servers";

/** A file or folder as a scope names it. */
export function entry(server: Server, uri: vscode.Uri, isFolder: boolean): string {
  const path = uri.path.slice(server.root.path.length + 1).replace(/[*?[\]{}\\]/g, "\\$&");
  return isFolder ? `${path}/**` : path;
}

/** The names around a place, outermost first, as the language's own server gives them. */
function around(symbols: readonly vscode.DocumentSymbol[], place: vscode.Position): string[] {
  const symbol = symbols.find((one) => one.range.contains(place));
  return symbol === undefined ? [] : [symbol.name, ...around(symbol.children, place)];
}

/** A name without what some servers put around it: `impl`, parameters, type arguments. */
function bare(name: string): string {
  return name.replace(/^impl(<[^>]*>)?\s+(.* for )?/, "").replace(/[(<].*$/, "").trim();
}

export class Scope {
  constructor(
    private readonly servers: Servers,
    private readonly extension: vscode.Uri,
  ) {}

  async limit(uri: vscode.Uri | undefined, isFolder: boolean): Promise<void> {
    const at = uri ?? vscode.window.activeTextEditor?.document.uri;
    const of = isFolder && uri === undefined && at !== undefined ? vscode.Uri.joinPath(at, "..") : at;
    await this.tell("set", of, isFolder);
  }

  async allow(uri: vscode.Uri | undefined): Promise<void> {
    const at = uri ?? vscode.window.activeTextEditor?.document.uri;
    const isFolder = at !== undefined && (await vscode.workspace.fs.stat(at)).type === vscode.FileType.Directory;
    await this.tell("add", at, isFolder);
  }

  /** The function or type in which the cursor is; the person may correct how it is named. */
  async limitToSymbol(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const server = this.servers.of(editor?.document.uri);
    if (editor === undefined || server === undefined) {
      return void vscode.window.showWarningMessage("Countersign: no server runs for this file.");
    }
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
      "vscode.executeDocumentSymbolProvider",
      editor.document.uri,
    );
    const at = editor.document.getWordRangeAtPosition(editor.selection.active);
    const word = at === undefined ? "" : editor.document.getText(at);
    const names = around(symbols ?? [], editor.selection.active).map(bare);
    const path = entry(server, editor.document.uri, false);
    const value = `${path}::${(names.length > 0 ? names : [word]).join("::")}`;
    const chosen = await vscode.window.showInputBox({
      title: "Limit the agent to",
      prompt: "A path, then `::` and the name of a function or type in it",
      value,
      valueSelection: [path.length + 2, value.length],
    });
    if (chosen !== undefined) {
      await this.ask(server, ["scope", "set", chosen]);
    }
  }

  async clear(): Promise<void> {
    await this.ask(this.servers.here(), ["scope", "clear"]);
  }

  async show(): Promise<void> {
    await this.ask(this.servers.here(), ["scope", "show"]);
  }

  private async tell(act: "set" | "add", uri: vscode.Uri | undefined, isFolder: boolean): Promise<void> {
    const server = this.servers.of(uri);
    if (uri === undefined || server === undefined) {
      return void vscode.window.showWarningMessage("Countersign: no server runs for this file.");
    }
    await this.ask(server, ["scope", act, "--", entry(server, uri, isFolder)]);
  }

  private async ask(server: Server | undefined, words: string[]): Promise<void> {
    const program = find(this.extension);
    if (server === undefined || program === undefined) {
      return void vscode.window.showWarningMessage("Countersign: no server runs here.");
    }
    const ended = await run(program, server.root.fsPath, words);
    const said = (ended.code === 0 ? ended.stdout : ended.stderr).trim().replace(/\s*\n\s*/g, "; ");
    if (ended.code === 0) {
      void vscode.window.showInformationMessage(`Countersign: the scope of ${said}`);
    } else {
      void vscode.window.showErrorMessage(`Countersign: ${said.replace(/^countersign: /, "")}`);
    }
  }
}
