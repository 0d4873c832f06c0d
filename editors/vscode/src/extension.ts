// Countersign in VS Code: what it starts, and how it ends.
import { LOADING } from "./loading";
import * as vscode from "vscode";

import { commands } from "./commands";
import { Compare } from "./compare";
import { Marks } from "./marks";
import { Questions } from "./questions";
import { Review } from "./review";
import { Saves } from "./saves";
import { Servers } from "./servers";
import { Status } from "./status";
import { Views } from "./views";

let servers: Servers | undefined;
/** How long the code took to load, in ms. The editor does other things before it calls `activate`. */
const loading = performance.now() - LOADING;

/** What other extensions may look at, and the tests do. */
export interface Api {
  readonly servers: Servers;
  readonly marks: Marks;
  readonly review: Review;
  readonly status: Status;
  readonly questions: Questions;
  /** How long it took to load and to start, in ms. */
  readonly activation: number;
}

export function activate(context: vscode.ExtensionContext): Api {
  const begin = performance.now();
  const output = vscode.window.createOutputChannel("Countersign", { log: true });
  const questions = new Questions();
  const version = String((context.extension.packageJSON as { version: unknown }).version);
  const saves = new Saves();
  const all = new Servers({ extension: context.extensionUri, version, output, questions, saves });
  servers = all;
  const review = new Review(all);
  const marks = new Marks(all);
  const compare = new Compare(all);
  const status = new Status(all, questions);
  context.subscriptions.push(output, saves, all, review, marks, compare, status, new Views(all, marks));
  context.subscriptions.push(
    ...commands({ extension: context.extensionUri, output, servers: all, questions, review, compare }),
  );
  // The editor goes on while the server starts.
  void all.follow();
  return { servers: all, marks, review, status, questions, activation: loading + performance.now() - begin };
}

export async function deactivate(): Promise<void> {
  await servers?.end();
}
