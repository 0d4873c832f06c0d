// Saves of documents that have nothing unsaved: a person's habit. Of such a one the server is told, which would take what VS Code reloaded just
// before for keys that were saved before they were heard of. (That a change is a reload VS Code does not say: the first key in a document comes
// while it is not dirty yet, too.)
import * as vscode from "vscode";

export class Saves implements vscode.Disposable {
  /** Those that had nothing unsaved when their save began, and have had nothing since. */
  private readonly clean = new WeakSet<vscode.TextDocument>();
  private readonly listening = [
    vscode.workspace.onWillSaveTextDocument(({ document }) => {
      if (document.isDirty) {
        this.clean.delete(document);
      } else {
        this.clean.add(document);
      }
    }),
    // A formatter on the way, or a key, makes it dirty, which is an event of its own; a reload that ends on the way does not.
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.isDirty) {
        this.clean.delete(document);
      }
    }),
  ];

  /** Whether a document that was saved just now had nothing unsaved, and nobody but others changed it on the way. */
  ofNothing(document: vscode.TextDocument): boolean {
    return this.clean.has(document);
  }

  dispose(): void {
    this.listening.forEach((one) => one.dispose());
  }
}
