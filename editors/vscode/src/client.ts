// One server's client: of one folder, however many are open, and with commands that say which server they are for.
import * as vscode from "vscode";
import {
  DynamicFeature,
  InitializeParams,
  LanguageClient,
  LanguageClientOptions,
  Middleware,
  ResponseError,
  ServerOptions,
  StaticFeature,
} from "vscode-languageclient/node";

export { CloseAction, ErrorAction, State } from "vscode-languageclient/node";

export class Client extends LanguageClient {
  constructor(
    private readonly root: vscode.Uri,
    server: ServerOptions,
    options: LanguageClientOptions,
  ) {
    super("countersign", "Countersign", server, options);
  }

  // Each would name the same commands; `commands.ts` names them once.
  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    const type = (feature as Partial<DynamicFeature<unknown>>).registrationType;
    if (type?.method !== "workspace/executeCommand") {
      super.registerFeature(feature);
    }
  }

  protected override fillInitializeParams(params: InitializeParams): void {
    super.fillInitializeParams(params);
    const uri = this.code2ProtocolConverter.asUri(this.root);
    params.rootUri = uri;
    params.workspaceFolders = [{ uri, name: this.root.path.split("/").pop() ?? "" }];
    const known = params.capabilities.experimental as Record<string, unknown> | undefined;
    params.capabilities.experimental = { ...known, countersign: { work: true } };
  }

  // What goes wrong is said in our words, with what to do about it.
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
  override info(message: string, data?: unknown): void {
    super.info(message, data, false);
  }
}

/** Whether a request came to nothing because the connection did, and not because the server said so: JSON-RPC keeps codes for that. */
export function isOfTheConnection(error: unknown): boolean {
  return error instanceof ResponseError && error.code >= -32099 && error.code <= -32000;
}

function addressed<T extends { command?: vscode.Command | undefined }>(root: vscode.Uri, one: T): T {
  if (one.command !== undefined) {
    one.command.arguments = [one.command.arguments?.[0] ?? {}, root.toString()];
  }
  return one;
}

/** Adds to each command of the server's whose it is: another folder's server has the same commands. */
export function addressing(root: vscode.Uri): Middleware {
  return {
    provideCodeLenses: async (document, token, next) =>
      (await next(document, token))?.map((lens) => addressed(root, lens)),
    provideCodeActions: async (document, range, context, token, next) =>
      (await next(document, range, context, token))?.map((action) =>
        "title" in action && typeof action.command !== "string" ? addressed(root, action as vscode.CodeAction) : action,
      ),
    resolveCodeAction: async (action, token, next) => {
      const resolved = await next(action, token);
      return resolved && addressed(root, resolved);
    },
  };
}
