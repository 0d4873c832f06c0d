// What VS Code starts in its extension host as the tests of an extension: runs the code that comes over a socket, with `vscode`, what our extension
// exports, and a few words of its own, and sends back what comes of it.
const net = require("node:net");
const readline = require("node:readline");
const vscode = require("vscode");

const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;

/** Waits until `check` gives something true, and gives that. It may fail on the way: between two documents none is looked at. */
async function until(check, limit = 25_000) {
  const end = Date.now() + limit;
  for (;;) {
    let why = "";
    const found = await Promise.resolve().then(check).catch((error) => void (why = `: ${error}`));
    if (found) return found;
    if (Date.now() > end) throw new Error(`not in ${limit} ms: ${check}${why}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The document that is looked at. */
function document() {
  return vscode.window.activeTextEditor.document;
}

/** The hunks that are drawn in it: kind and lines, from 1. */
function drawn(api) {
  const hunks = api.marks.drawn.get(document().uri.toString()) ?? [];
  const lines = ({ range }) => `${range.start.line + 1}-${range.end.line + (range.end.character > 0 ? 1 : 0)}`;
  return hunks.map((hunk) => `${hunk.author.kind} ${lines(hunk)}`).join(", ");
}

/** The review as text, a node a line. */
async function tree(api, node, depth = 0) {
  let text = "";
  for (const child of await api.review.getChildren(node)) {
    const item = api.review.getTreeItem(child);
    const label = item.label ?? item.resourceUri.path.split("/").pop();
    text += `${"  ".repeat(depth)}${label} | ${item.description ?? ""} | ${item.accessibilityInformation?.label}\n`;
    text += await tree(api, child, depth + 1);
  }
  return text;
}

async function run(code, words) {
  const extension = vscode.extensions.getExtension("countersign.countersign");
  const api = extension?.isActive ? extension.exports : undefined;
  const names = { vscode, api, until, document, drawn, tree, words, require };
  return new AsyncFunction(...Object.keys(names), code)(...Object.values(names));
}

exports.run = () =>
  new Promise((resolve) => {
    const socket = net.connect(process.env.COUNTERSIGN_TEST_SOCKET);
    socket.on("close", resolve);
    readline.createInterface({ input: socket }).on("line", async (line) => {
      const { id, code, words } = JSON.parse(line);
      let reply;
      try {
        reply = { id, value: (await run(code, words)) ?? null };
      } catch (error) {
        reply = { id, error: String(error?.stack ?? error) };
      }
      socket.write(`${JSON.stringify(reply)}\n`);
    });
  });
