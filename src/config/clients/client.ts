/** The clients whose files are understood, by the names that `--from` takes. */
export const CLIENTS = {
  'claude-desktop': 'Claude Desktop',
  'claude-code': 'Claude Code',
  cursor: 'Cursor',
  vscode: 'VS Code',
  codex: 'Codex',
} as const;

export type ClientId = keyof typeof CLIENTS;

/** One file in which a client keeps its servers. */
export interface ClientFile {
  readonly client: ClientId;
  readonly file: string;
  /** The folder of the project whose file it is; null for one of the user. */
  readonly project: string | null;
}

/** A server in our form, as it would stand in `holdfast.json`. */
export interface Entry {
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, unknown>>;
  readonly envFile?: string;
  readonly cwd?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly disabled?: boolean;
  readonly holdfast?: Readonly<Record<string, unknown>>;
}

/** A variable that somebody has to set before the server can run. */
export interface Need {
  readonly variable: string;
  readonly why: string;
}

/** What the entry of a client becomes here. */
export interface TakenOver {
  /** Null where it cannot be taken over. */
  readonly entry: Entry | null;
  /** Why it cannot; null where it can. */
  readonly reason: string | null;
  readonly needs: readonly Need[];
  /** What is different here, or was left behind. */
  readonly notes: readonly string[];
}

/** A server as it was found in a client's file. */
export interface Found extends TakenOver {
  readonly from: ClientFile;
  /** Where it stands there. */
  readonly path: readonly string[];
  readonly name: string;
  /** It is Holdfast: what it leads to is here already. */
  readonly isSelf: boolean;
}

/** Why an entry stays where it is. */
export const refused = (reason: string): TakenOver => ({ entry: null, reason, needs: [], notes: [] });
