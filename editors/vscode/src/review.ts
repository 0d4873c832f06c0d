// The review: what awaits it as a tree of sessions, files, hunks and findings.
import * as vscode from "vscode";

import { counted, Hunk, lines, whose } from "./protocol";
import type { Server } from "./server";
import type { Servers } from "./servers";
import { sum } from "./status";

interface SessionNode {
  readonly kind: "session";
  readonly server: Server;
  /** None of what nobody said they wrote. */
  readonly session: string | undefined;
  readonly hunks: readonly Hunk[];
}
interface FileNode {
  readonly kind: "file";
  readonly server: Server;
  readonly of: SessionNode;
  readonly uri: vscode.Uri;
  readonly hunks: readonly Hunk[];
}
interface HunkNode {
  readonly kind: "hunk";
  readonly server: Server;
  readonly of: FileNode;
  readonly uri: vscode.Uri;
  readonly hunk: Hunk;
}
interface FindingNode {
  readonly kind: "finding";
  readonly server: Server;
  readonly of: HunkNode;
  readonly at: number;
}
export type Node = SessionNode | FileNode | HunkNode | FindingNode;

const ICON = { agent: "hubot", mixed: "person-add", external: "question", user: "person" } as const;
const SEVERITY: Record<string, string> = { critical: "error", high: "error", medium: "warning", low: "info", info: "info" };
/** News come in bursts: the tree is worked out once for all of one, in ms. */
const PAUSE = 150;

function grouped<T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  }
  return groups;
}

export class Review implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly view: vscode.TreeView<Node>;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly rest: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly servers: Servers) {
    this.view = vscode.window.createTreeView("countersign.review", { treeDataProvider: this, showCollapseAll: true });
    this.rest = [this.view, servers.onHunks(() => this.later()), servers.onChange(() => this.later())];
  }

  refresh(): void {
    const { pending } = sum(this.servers);
    this.view.badge = pending > 0 ? { value: pending, tooltip: `${counted(pending, "hunk")} to review` } : undefined;
    this.changed.fire();
  }

  async getChildren(node?: Node): Promise<Node[]> {
    switch (node?.kind) {
      case undefined: {
        const all = await this.servers.hunks();
        return all.flatMap(({ server, hunks }) => sessions(server, hunks));
      }
      case "session":
        return files(node);
      case "file":
        return node.hunks.map((hunk) => ({ kind: "hunk", server: node.server, of: node, uri: node.uri, hunk }));
      case "hunk":
        return node.hunk.findings.map((_, at) => ({ kind: "finding", server: node.server, of: node, at }));
      case "finding":
        return [];
    }
  }

  getParent(node: Node): Node | undefined {
    return node.kind === "session" ? undefined : node.of;
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case "session":
        return this.sessionItem(node);
      case "file":
        return fileItem(node);
      case "hunk":
        return hunkItem(node);
      case "finding":
        return findingItem(node);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.rest.forEach((one) => one.dispose());
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), PAUSE);
  }

  private sessionItem(node: SessionNode): vscode.TreeItem {
    const first = node.hunks[0];
    const who = node.session === undefined ? "external" : (first?.author.agent ?? "agent");
    const item = new vscode.TreeItem(who, vscode.TreeItemCollapsibleState.Expanded);
    const root = this.servers.list().length > 1 ? `${node.server.root.path.split("/").pop()} · ` : "";
    const model = first?.author.model === undefined ? "" : `${first.author.model} · `;
    item.id = `${node.server.root} ${node.session ?? ""}`;
    item.description = root + (node.session === undefined ? "nobody said so" : `${model}session ${node.session.length > 12 ? node.session.slice(0, 8) : node.session}`);
    item.iconPath = new vscode.ThemeIcon(node.session === undefined ? ICON.external : ICON.agent);
    item.contextValue = node.session === undefined ? "external" : "session";
    item.tooltip = `${who}: ${counted(node.hunks.length, "hunk")}`;
    item.accessibilityInformation = { label: `${who}, ${item.description}, ${counted(node.hunks.length, "hunk")}` };
    return item;
  }
}

function sessions(server: Server, hunks: readonly Hunk[]): SessionNode[] {
  const groups = grouped(hunks, (hunk) => hunk.author.session ?? "");
  return [...groups].map(([session, of]) => ({ kind: "session", server, session: session || undefined, hunks: of }));
}

function files(node: SessionNode): FileNode[] {
  return [...grouped(node.hunks, (hunk) => hunk.uri)].map(([uri, hunks]) => ({
    kind: "file",
    server: node.server,
    of: node,
    uri: vscode.Uri.parse(uri),
    hunks,
  }));
}

function fileItem(node: FileNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.uri, vscode.TreeItemCollapsibleState.Expanded);
  const findings = node.hunks.reduce((total, hunk) => total + hunk.findings.length, 0);
  const held = findings > 0 ? `, ${counted(findings, "finding")}` : "";
  const path = node.uri.path.slice(node.server.root.path.length + 1);
  const folder = path.includes("/") ? `${path.slice(0, path.lastIndexOf("/"))} · ` : "";
  item.id = `${node.server.root} ${node.of.session ?? ""} ${node.uri}`;
  item.description = `${folder}${counted(node.hunks.length, "hunk")}${held}`;
  item.iconPath = vscode.ThemeIcon.File;
  item.contextValue = "file";
  item.accessibilityInformation = { label: `${path}, ${item.description}` };
  return item;
}

function hunkItem(node: HunkNode): vscode.TreeItem {
  const { hunk } = node;
  const { first, last } = lines(hunk);
  const where = last > first ? `Lines ${first + 1}–${last + 1}` : `Line ${first + 1}`;
  const isHeld = hunk.findings.length > 0;
  const state = isHeld ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None;
  const item = new vscode.TreeItem(`${where}  +${hunk.added} -${hunk.removed}`, state);
  item.id = `${node.server.root} ${node.of.of.session ?? ""} ${node.uri} ${hunk.id}`;
  item.description = whose(hunk);
  item.iconPath = new vscode.ThemeIcon(ICON[hunk.author.kind], new vscode.ThemeColor(`countersign.${hunk.author.kind}`));
  item.contextValue = "hunk";
  item.tooltip = hunk.removedText === "" ? whose(hunk) : `${whose(hunk)}\n\nTaken away:\n${hunk.removedText}`;
  item.accessibilityInformation = {
    label: `${where}, ${hunk.added} added, ${hunk.removed} removed, by ${whose(hunk)}, ${counted(hunk.findings.length, "finding")}`,
  };
  item.command = opening(node.uri, first);
  return item;
}

function findingItem(node: FindingNode): vscode.TreeItem {
  const finding = node.of.hunk.findings[node.at];
  const item = new vscode.TreeItem(finding?.message ?? "");
  item.id = `${node.server.root} ${node.of.uri} ${node.of.hunk.id} ${node.at}`;
  item.description = `${finding?.severity} · ${finding?.rule}`;
  item.iconPath = new vscode.ThemeIcon(SEVERITY[finding?.severity ?? ""] ?? "info");
  item.contextValue = "finding";
  item.accessibilityInformation = { label: `${finding?.severity} finding, ${finding?.rule}: ${finding?.message}` };
  item.command = opening(node.of.uri, lines(node.of.hunk).first);
  return item;
}

function opening(uri: vscode.Uri, line: number): vscode.Command {
  const selection = new vscode.Range(line, 0, line, 0);
  return { command: "vscode.open", title: "Go there", arguments: [uri, { selection, preserveFocus: true }] };
}
