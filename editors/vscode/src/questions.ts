// What agents must ask, and what the server asks before it reverts: as notifications, which stay in the status bar until they are answered.
import * as vscode from "vscode";

interface Action {
  readonly title: string;
}

interface Question {
  readonly message: string;
  /** The message, and a number where another with the same words waits: VS Code closes a notification when one with the same words comes. */
  readonly shown: string;
  readonly actions: readonly Action[];
  /** Which server asks. */
  readonly by: object;
  readonly answer: (action: Action | null) => void;
}

const SHOW = "Show the change";

export class Questions {
  private readonly waiting: Question[] = [];
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onChange = this.changed.event;

  get count(): number {
    return this.waiting.length;
  }

  /** Answers `window/showMessageRequest`. */
  ask(by: object, params: { message: string; actions?: Action[] }): Promise<Action | null> {
    return new Promise((resolve) => {
      const question: Question = {
        by,
        message: params.message,
        shown: this.unlike(params.message),
        actions: params.actions ?? [],
        // The notification and the list may both be answered: the first counts.
        answer: (action) => {
          const at = this.waiting.indexOf(question);
          if (at >= 0) {
            this.waiting.splice(at, 1);
            resolve(action);
            this.changed.fire();
          }
        },
      };
      this.waiting.push(question);
      this.changed.fire();
      this.notify(question);
    });
  }

  /** Nobody waits for what a server asked that has ended. Its notification stays: nothing can close that, and its buttons do nothing. */
  drop(by: object): void {
    this.waiting.filter((question) => question.by === by).forEach((question) => question.answer(null));
  }

  /** Puts the first question that waits as a list, for who uses the keyboard or has closed the notification. */
  async put(): Promise<void> {
    const question = this.waiting[0];
    if (question === undefined) {
      return void vscode.window.showInformationMessage("Countersign: no agent asks anything.");
    }
    const titles = question.actions.map((action) => action.title);
    const chosen = await vscode.window.showQuickPick(titles, { title: question.shown, ignoreFocusOut: true });
    const action = question.actions.find((one) => one.title === chosen);
    if (action !== undefined) {
      question.answer(action);
    }
  }

  private unlike(message: string): string {
    const isTaken = (text: string) => this.waiting.some(({ shown }) => shown === text);
    let text = message;
    for (let number = 2; isTaken(text); number++) {
      text = `${message} (${number})`;
    }
    return text;
  }

  /** Who closes the notification leaves it to the agent's own question, or to the policy. */
  private notify(question: Question): void {
    const titles = question.actions.map((action) => action.title);
    void vscode.window.showWarningMessage(question.shown, ...ordered(titles)).then((chosen) => {
      question.answer(question.actions.find((action) => action.title === chosen) ?? null);
    });
  }
}

/** To see the change comes first: it is the one choice that decides nothing. */
function ordered(titles: string[]): string[] {
  return titles.includes(SHOW) ? [SHOW, ...titles.filter((title) => title !== SHOW)] : titles;
}
