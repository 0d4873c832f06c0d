// What the server says beside LSP: `countersign/hunks` and its kin.

export interface Place {
  readonly line: number;
  readonly character: number;
}

export interface Finding {
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
}

export type Kind = "agent" | "mixed" | "external" | "user";

export interface Hunk {
  readonly id: string;
  readonly uri: string;
  /** Whole lines; empty where lines were only taken away. */
  readonly range: { readonly start: Place; readonly end: Place };
  readonly author: { readonly kind: Kind; readonly agent?: string; readonly session?: string; readonly model?: string };
  readonly added: number;
  readonly removed: number;
  readonly removedText: string;
  /** Lines in it in which the user wrote, too. */
  readonly mine: number;
  readonly findings: readonly Finding[];
}

export interface Counts {
  readonly agent: number;
  readonly mixed: number;
  readonly external: number;
  readonly findings: number;
}

/** How a hunk shows. */
export interface View {
  readonly uri: string;
  /** Some of it is on the screen, and the editor has the focus. */
  readonly visible: boolean;
  /** The cursor is in it. */
  readonly focused: boolean;
}

/** Which changes a command of the server's is about. */
export interface Which {
  readonly hunks?: readonly string[];
  readonly uri?: string;
  readonly session?: string;
  readonly all?: boolean;
  readonly includeMine?: boolean;
}

/** The first line of a hunk and its last, from 0; `last` is before `first` where lines were only taken away. */
export function lines(hunk: Hunk): { first: number; last: number } {
  const { start, end } = hunk.range;
  // A last line without a line break ends within itself.
  return { first: start.line, last: end.character > 0 ? end.line : end.line - 1 };
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** Who, in which model, with how many of the user's lines. */
export function whose(hunk: Hunk): string {
  const { kind, agent, model } = hunk.author;
  const who = agent === undefined ? kind : model === undefined ? agent : `${agent} · ${model}`;
  return kind === "mixed" ? `${who}, ${hunk.mine} of your lines in it` : who;
}
