// The language server of one workspace: started, started again when it died, and asked.
import { realpathSync } from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

import type { Client } from "./client";
import * as program from "./program";
import { Counts, Hunk, View, Which } from "./protocol";
import { Questions } from "./questions";
import type { Saves } from "./saves";

/** Crashes in a row, after which a server is not started any more. */
const MOST = 5;
/** One that ran so long is no part of a row, in ms. */
const STEADY = 120_000;

export type Health = "starting" | "running" | "waiting" | "missing" | "wrong" | "failed" | "given-up" | "stopped";

/** What all servers share. */
export interface Surroundings {
  readonly extension: vscode.Uri;
  readonly version: string;
  readonly output: vscode.LogOutputChannel;
  readonly questions: Questions;
  readonly saves: Saves;
}

export class Server {
  health: Health = "stopped";
  /** Whether an agent's turn runs. */
  atWork = false;
  /** By document, as the server told them: of files that are not open, too. */
  readonly counts = new Map<string, Counts>();

  private readonly changed = new vscode.EventEmitter<void>();
  private readonly news = new vscode.EventEmitter<vscode.Uri>();
  /** Its health, or whether an agent is at work. */
  readonly onChange = this.changed.event;
  /** There are other hunks in a document. */
  readonly onHunks = this.news.event;

  private client: Client | undefined;
  /** Its root without links, where that is another. */
  private readonly real: string | undefined;
  private crashes = { count: 0, last: 0 };
  private retry: NodeJS.Timeout | undefined;
  /** Counts the starts, so that what an earlier one brings late is known. */
  private turn = 0;
  /** Settles once all that were stopped have ended, so that one is started after the other. */
  private ending: Promise<unknown> = Promise.resolve();
  private warned = false;

  constructor(
    readonly root: vscode.Uri,
    private readonly around: Surroundings,
  ) {
    const real = unlinked(root.fsPath);
    this.real = real === root.fsPath ? undefined : real;
  }

  async start(): Promise<void> {
    const turn = ++this.turn;
    this.become("starting");
    const found = program.find(this.around.extension);
    if (found === undefined) {
      this.become("missing");
      return this.complain(missing(), "Open Settings");
    }
    const version = await program.version(found);
    if (turn !== this.turn) {
      return;
    }
    if (version === undefined) {
      this.become("wrong");
      return this.complain(
        `${found.file} does not say that it is Countersign. Set \`countersign.path\` to the program, or empty it to use the one on the PATH.`,
        "Open Settings",
      );
    }
    if (!program.fits(this.around.version, version) && !this.warned) {
      this.warned = true;
      this.complain(
        `${found.file} is version ${version}, and this extension ${this.around.version}. ` +
          "Install the two of the same version; until then some of it may not work.",
        "Open Settings",
      );
    }
    this.around.output.info(`${found.file} ${version}, by ${found.from}, for ${this.root.fsPath}`);
    await this.run(turn, found);
  }

  /** Ends it and starts it again, also after too many crashes. */
  async restart(): Promise<void> {
    const stopped = this.stop();
    const turn = this.turn;
    await stopped;
    if (turn !== this.turn) {
      return;
    }
    this.crashes = { count: 0, last: 0 };
    await this.start();
  }

  async stop(): Promise<void> {
    this.turn++;
    clearTimeout(this.retry);
    const client = this.client;
    this.client = undefined;
    this.forget();
    this.become("stopped");
    if (client !== undefined) {
      this.ending = Promise.all([this.ending, this.end(client)]);
    }
    await this.ending;
  }

  get isRunning(): boolean {
    return this.health === "running";
  }

  /** The process's id. */
  get process(): number | undefined {
    return this.client?.serverProcess?.pid;
  }

  has(uri: vscode.Uri): boolean {
    return uri.scheme === "file" && (uri.path === this.root.path || uri.path.startsWith(`${this.root.path}/`));
  }

  /** The hunks of a document, or of all files, as they are now. */
  async hunks(uri?: vscode.Uri): Promise<readonly Hunk[]> {
    const params = uri === undefined ? {} : { textDocument: { uri: this.spelled(uri) } };
    const answer = await this.ask<{ hunks: Hunk[] }>("countersign/hunks", params);
    return (answer?.hunks ?? []).map((hunk) => ({ ...hunk, uri: this.named(hunk.uri).toString() }));
  }

  /** A document as the server knows it, and without what awaits review. Both are empty of one that it does not know. */
  async without(uri: vscode.Uri, includeMine: boolean): Promise<{ text: string; without: string } | undefined> {
    const params = { textDocument: { uri: this.spelled(uri) }, includeMine };
    return this.ask("countersign/without", params);
  }

  /** Tells it how a hunk shows from now on. One that goes down meanwhile hears nothing. */
  viewed(hunk: string, view: View): void {
    if (this.isRunning) {
      const told = this.client?.sendNotification("countersign/viewed", { hunk, ...view });
      told?.catch((error: unknown) => this.around.output.warn(`countersign/viewed: ${error}`));
    }
  }

  /** Has it do one of its commands; what it says against it is shown. */
  async execute(command: string, argument: Which | object): Promise<void> {
    const client = this.client;
    if (client === undefined || !this.isRunning) {
      return this.complain("the server does not run.", "Start Again");
    }
    try {
      await client.sendRequest("workspace/executeCommand", { command, arguments: [argument] });
    } catch (error) {
      void vscode.window.showWarningMessage(`Countersign: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Has the editor ask for a document's code lenses anew: of changes that come while it asks it shows what was. */
  renewLenses(document: vscode.TextDocument): void {
    const feature = this.client?.getFeature("textDocument/codeLens");
    feature?.getProvider(document)?.onDidChangeCodeLensEmitter.fire();
  }

  private spelled(uri: vscode.Uri): string {
    return this.client?.code2ProtocolConverter.asUri(uri) ?? uri.toString();
  }

  /** A document as the editor names it, which may have opened the workspace through a symbolic link: the server's names have none. */
  private named(text: string): vscode.Uri {
    const uri = vscode.Uri.parse(text);
    const inside = this.real === undefined ? undefined : path.relative(this.real, uri.fsPath);
    const isOutside = inside === undefined || inside.split(path.sep)[0] === ".." || path.isAbsolute(inside);
    return isOutside ? uri : vscode.Uri.joinPath(this.root, inside);
  }

  private async ask<T>(method: string, params: object): Promise<T | undefined> {
    try {
      return this.isRunning ? await this.client?.sendRequest<T>(method, params) : undefined;
    } catch (error) {
      this.around.output.warn(`${method}: ${error}`);
      return undefined;
    }
  }

  private async run(turn: number, found: program.Program): Promise<void> {
    // Much code, and needed only now: the editor waits for none of it.
    const { addressing, Client, CloseAction, ErrorAction, isOfTheConnection, State } = await import("./client");
    if (turn !== this.turn) {
      return;
    }
    const client: Client = new Client(
      this.root,
      { command: found.file, args: ["lsp"], options: { cwd: this.root.fsPath } },
      {
        documentSelector: [{ scheme: "file", pattern: { baseUri: this.root.toString(), pattern: "**/*" } }],
        outputChannel: this.around.output,
        uriConverters: { code2Protocol: (uri) => uri.toString(), protocol2Code: (text) => this.named(text) },
        initializationFailedHandler: () => false,
        middleware: {
          ...addressing(this.root),
          didSave: async (document, next) => {
            if (this.around.saves.ofNothing(document)) {
              // Not waited for, so that nothing comes between the two.
              const told = client.sendNotification("countersign/didSaveClean", { uri: this.spelled(document.uri) });
              told.catch((error: unknown) => this.around.output.warn(`countersign/didSaveClean: ${error}`));
            }
            return next(document);
          },
        },
        errorHandler: {
          error: () => ({ action: ErrorAction.Continue, handled: true }),
          closed: () => {
            this.died(turn);
            return { action: CloseAction.DoNotRestart, handled: true };
          },
        },
      },
    );
    client.onNotification("countersign/didChangeHunks", (told: { uri: string; counts: Counts }) => {
      if (turn !== this.turn) {
        return;
      }
      const uri = client.protocol2CodeConverter.asUri(told.uri);
      this.counts.set(uri.toString(), told.counts);
      this.news.fire(uri);
    });
    client.onNotification("countersign/didChangeWork", (told: { atWork: boolean }) => {
      if (turn !== this.turn) {
        return;
      }
      this.atWork = told.atWork;
      this.changed.fire();
    });
    client.onRequest("window/showMessageRequest", (asked: { message: string; actions?: { title: string }[] }) =>
      turn === this.turn ? this.around.questions.ask(this, asked) : null,
    );
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      // One that dies in starting is a crash: that is told when its streams close, which may be before this or after.
      if (turn === this.turn && this.health === "starting" && !isOfTheConnection(error)) {
        // The client ends one that refused to start two seconds later, which is no crash.
        this.turn++;
        this.client = undefined;
        this.become("failed");
        this.complain(
          `it cannot start, and oversees nothing here: ${error instanceof Error ? error.message : String(error)}. ` +
            "The workspace's journal must be writable, and the program whole; `countersign doctor` in a terminal says more.",
          "Start Again",
        );
      }
      return;
    }
    if (turn !== this.turn) {
      // One that was stopped while it started could not be ended then, and nobody else knows it.
      await this.end(client);
    } else if (client.state === State.Running) {
      this.become("running");
    }
  }

  private async end(client: Client): Promise<void> {
    await client.dispose(2000).catch((error: unknown) => this.around.output.warn(`it did not end well: ${error}`));
  }

  private died(turn: number): void {
    if (turn !== this.turn) {
      return;
    }
    this.turn++;
    this.client = undefined;
    this.forget();
    const now = Date.now();
    const row = now - this.crashes.last > STEADY ? 0 : this.crashes.count;
    this.crashes = { count: row + 1, last: now };
    if (this.crashes.count >= MOST) {
      this.become("given-up");
      return this.complain(
        `the server ended ${MOST} times, and is not started any more. Its output says why; \`countersign doctor\` in a terminal says what is wrong.`,
        "Show Output",
        "Start Again",
      );
    }
    this.become("waiting");
    this.retry = setTimeout(() => void this.start(), 100 * 2 ** this.crashes.count);
  }

  /** What it told and asked is nobody's now. */
  private forget(): void {
    const told = [...this.counts.keys()];
    this.counts.clear();
    this.atWork = false;
    this.around.questions.drop(this);
    told.forEach((uri) => this.news.fire(vscode.Uri.parse(uri)));
  }

  private become(health: Health): void {
    this.health = health;
    this.changed.fire();
  }

  private complain(what: string, ...choices: ("Open Settings" | "Show Output" | "Start Again")[]): void {
    this.around.output.error(what);
    void vscode.window.showErrorMessage(`Countersign: ${what}`, ...choices).then((choice) => {
      switch (choice) {
        case "Open Settings":
          return vscode.commands.executeCommand("workbench.action.openSettings", "countersign.path");
        case "Show Output":
          return this.around.output.show();
        case "Start Again":
          return this.restart();
        default:
          return undefined;
      }
    });
  }
}

function missing(): string {
  const set = vscode.workspace.getConfiguration("countersign").get<string>("path", "");
  return set === ""
    ? "its program was not found. Put `countersign` on the PATH and start the editor anew, or set `countersign.path`."
    : `\`countersign.path\` is ${set}, and no program is there. Correct it, or empty it to use the one on the PATH.`;
}

function unlinked(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    return folder;
  }
}
