// Saves of documents that have nothing unsaved: a person's habit. Of such a one the server is told, which would take what VS Code reloaded just
// before for keys that were saved before they were heard of. (That a change is a reload VS Code does not say: the first key in a document comes
// while it is not dirty yet, too.)
import * as vscode from "vscode";

export class Saves implements vscode.Disposable {
  /** At which version a document was when its save began, and had nothing unsaved. */
  private readonly clean = new WeakMap<vscode.TextDocument, number>();
  private readonly listening = vscode.workspace.onWillSaveTextDocument(({ document }) => {
    if (document.isDirty) {
      this.clean.delete(document);
    } else {
      this.clean.set(document, document.version);
    }
  });

  /** Whether a document that was saved just now had nothing unsaved, and nothing changed it on the way, as a formatter does. */
  ofNothing(document: vscode.TextDocument): boolean {
    return this.clean.get(document) === document.version;
  }

  dispose(): void {
    this.listening.dispose();
  }
}
