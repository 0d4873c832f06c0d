// Starts VS Code as a server, shows its page in Chromium, and does what it is told: a JSON request a line on stdin, a reply a line on stdout.
// Ends with all that it started when stdin ends. Its argument names the folders; see `Place` in `support/vscode.rs`.
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const readline = require("node:readline");

const place = JSON.parse(process.argv[2]);
const { chromium } = require(path.join(place.code, "node_modules/playwright-core"));
const LIMIT = 60_000;

const SETTINGS = {
  "chat.disableAIFeatures": true,
  "editor.acceptSuggestionOnEnter": "off",
  "editor.autoClosingBrackets": "never",
  "editor.quickSuggestions": { other: "off" },
  "editor.wordBasedSuggestions": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "files.autoSave": "off",
  "git.autofetch": false,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};
const CHROMIUM = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
];

/** The server, on a port that the kernel chose. */
async function serve() {
  // Where a program is is a setting of the machine: a window of a remote one does not take it from its user's.
  for (const whose of ["User", "Machine"]) {
    fs.mkdirSync(path.join(place.user, whose), { recursive: true });
    fs.writeFileSync(path.join(place.user, whose, "settings.json"), JSON.stringify({ ...SETTINGS, ...place.settings }));
  }
  const words = [
    path.join(place.code, "node_modules/code-server"),
    ["--auth", "none"],
    ["--bind-addr", "127.0.0.1:0"],
    ["--user-data-dir", place.user],
    ["--extensions-dir", place.extensions],
    ["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"],
    place.settings["security.workspace.trust.enabled"] ? [] : ["--disable-workspace-trust"],
    ["--vscode-option", "enable-smoke-test-driver"],
  ].flat();
  const env = { ...process.env, EXTENSIONS_GALLERY: "{}", COUNTERSIGN_TEST_SOCKET: place.socket };
  const server = spawn(process.execPath, words, { env, stdio: ["ignore", "pipe", "pipe"] });
  server.stderr.on("data", (text) => process.stderr.write(text));
  const address = new Promise((resolve, reject) => {
    readline.createInterface({ input: server.stdout }).on("line", (line) => {
      process.stderr.write(`${line}\n`);
      const found = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(line);
      if (found) resolve(found[1]);
    });
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { server, address: await address };
}

/** The extension host's end: it comes to this socket, and is sent code to run in it. */
function host() {
  const waiting = new Map();
  let number = 0;
  let came;
  const connected = new Promise((resolve) => (came = resolve));
  const listening = net.createServer((socket) => {
    readline.createInterface({ input: socket }).on("line", (line) => {
      const reply = JSON.parse(line);
      waiting.get(reply.id)?.(reply);
      waiting.delete(reply.id);
    });
    came(socket);
  });
  listening.listen(place.socket);
  return async (request) => {
    const socket = await connected;
    const id = ++number;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      socket.write(`${JSON.stringify({ ...request, id })}\n`);
    });
  };
}

async function show(address) {
  const browser = await chromium.launch({ executablePath: place.chromium, args: CHROMIUM, timeout: LIMIT });
  const context = await browser.newContext({ viewport: { width: 1200, height: 700 } });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.exposeFunction("codeAutomationLog", (kind, words) => process.stderr.write(`[${kind}] ${words.join(" ")}\n`));
  await page.exposeFunction("codeAutomationExit", () => undefined);
  const remote = (file) => `vscode-remote://${new URL(address).host}${file}`;
  const payload = [
    ["extensionDevelopmentPath", remote(place.extension)],
    ["extensionTestsPath", remote(path.join(__dirname, "host.js"))],
    ["skipWelcome", "true"],
  ];
  const what = place.folder.endsWith(".code-workspace") ? "workspace" : "folder";
  const query = new URLSearchParams([[what, place.folder], ["payload", JSON.stringify(payload)]]);
  await page.goto(`${address}/?${query}`);
  await page.waitForSelector(".monaco-workbench", { timeout: LIMIT });
  return { browser, page };
}

const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;

async function main() {
  const ask = host();
  const { server, address } = await serve();
  const { browser, page } = await show(address);
  const reply = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
  const does = async ({ where, code, words }) => {
    if (where === "host") return ask({ code, words });
    try {
      return { value: (await new AsyncFunction("page", "words", code)(page, words)) ?? null };
    } catch (error) {
      return { error: String(error.message ?? error) };
    }
  };
  reply(await ask({ code: "return true", words: [] }));
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    // What a page does may wait for what the host does next, and the other way round.
    does(request).then((said) => reply({ ...said, number: request.number }));
  }
  await browser.close().catch(() => undefined);
  server.kill("SIGTERM");
  await Promise.race([new Promise((resolve) => server.on("exit", resolve)), new Promise((resolve) => setTimeout(resolve, 5000))]);
  process.exit(0);
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
