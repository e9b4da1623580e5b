import { type Code, catalogue } from './catalogue.ts';
import { fillTemplate } from './template.ts';

/** The five kinds of failure; closed, because recovery and exit codes depend on it. */
export type Category = 'connection' | 'process' | 'tool' | 'network' | 'resource';

export interface HoldfastErrorOptions {
  /** Values for the `{placeholders}` of the catalogue's message and hint; also kept, as given, for logs. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Name of the server that the failure belongs to. */
  readonly server?: string | undefined;
  /** A better hint than the catalogue's, where the cause allows one. */
  readonly hint?: string | undefined;
  /** Whether `hint` holds no path and no value, so that a client may see it too; false by default. */
  readonly isHintOpen?: boolean | undefined;
  /** The server's last stderr lines, oldest first. */
  readonly stderrTail?: readonly string[] | undefined;
  /** Whether a rejected call may have run; set only where a call was under way. */
  readonly mayHaveRun?: boolean | undefined;
  readonly cause?: unknown;
}

/** What a client may see of an error: no path, no environment value. */
export interface ClientError {
  readonly category: Category;
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
  readonly server?: string;
  readonly mayHaveRun?: boolean;
  readonly stderrTail?: readonly string[];
}

/** At most this much of the stderr tail goes to a client. */
const CLIENT_TAIL_LINES = 10;
const CLIENT_TAIL_BYTES = 2048;
/** One endless line must not crowd out the nine others. */
const CLIENT_LINE_LENGTH = 512;

/**
 * The one error class. Everything that reads an error reads `category` and `code`; the message is for people.
 *
 * `retryable` is false for permanent causes (a missing command, a bad option): those are parked instead of tried again in a burst.
 */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  readonly code: Code;
  readonly category: Category;
  readonly retryable: boolean;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly server: string | undefined;
  readonly stderrTail: readonly string[];
  readonly mayHaveRun: boolean | undefined;
  readonly #ownHint: string | undefined;
  readonly #isHintOpen: boolean;

  constructor(code: Code, options: HoldfastErrorOptions = {}) {
    const entry = catalogue[code];
    const details = options.details ?? {};
    const values = { server: options.server, ...details };
    super(fillTemplate(entry.message, values), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.category = entry.category;
    this.retryable = entry.retryable;
    this.hint = options.hint ?? fillTemplate(entry.hint, values);
    this.details = details;
    this.server = options.server;
    this.stderrTail = options.stderrTail ?? [];
    this.mayHaveRun = options.mayHaveRun;
    this.#ownHint = options.hint;
    this.#isHintOpen = options.hint !== undefined && options.isHintOpen === true;
  }

  /** The same failure, seen by one call of one server. */
  with(options: Pick<HoldfastErrorOptions, 'server' | 'mayHaveRun' | 'stderrTail'>): HoldfastError {
    return new HoldfastError(this.code, {
      details: this.details,
      // The catalogue's hint is filled afresh, for it may name the server.
      hint: this.#ownHint,
      isHintOpen: this.#isHintOpen,
      server: options.server ?? this.server,
      stderrTail: options.stderrTail ?? this.stderrTail,
      mayHaveRun: options.mayHaveRun ?? this.mayHaveRun,
      cause: this.cause ?? this,
    });
  }

  /** Everything that is known, for logs of the operator's own machine. */
  toLog(): Record<string, unknown> {
    return {
      category: this.category,
      code: this.code,
      message: this.message,
      hint: this.hint,
      retryable: this.retryable,
      ...(this.server === undefined ? {} : { server: this.server }),
      ...(this.mayHaveRun === undefined ? {} : { mayHaveRun: this.mayHaveRun }),
      details: this.details,
      ...(this.stderrTail.length > 0 ? { stderrTail: this.stderrTail } : {}),
      ...(this.cause instanceof Error ? { cause: this.cause.message } : {}),
    };
  }

  /**
   * What a client may be told: the catalogue's words with the placeholders that name paths or values left out.
   *
   * `redact` is applied to each stderr line; `exposeStderr: false` (where we listen beyond loopback) leaves the tail out.
   */
  toClient(options: { exposeStderr?: boolean; redact?: (line: string) => string } = {}): ClientError {
    const entry = catalogue[this.code];
    const values = { server: this.server, ...openValues(this.details, entry.open) };
    const tail = options.exposeStderr === false ? [] : shortTail(this.stderrTail, options.redact ?? (line => line));
    return {
      category: this.category,
      code: this.code,
      message: fillTemplate(entry.message, values),
      hint: this.#isHintOpen ? this.hint : fillTemplate(entry.hint, values),
      ...(this.server === undefined ? {} : { server: this.server }),
      ...(this.mayHaveRun === undefined ? {} : { mayHaveRun: this.mayHaveRun }),
      ...(tail.length > 0 ? { stderrTail: tail } : {}),
    };
  }
}

function openValues(details: Readonly<Record<string, unknown>>, open: readonly string[]): Record<string, unknown> {
  const values = Object.fromEntries(Object.entries(details).filter(([key]) => open.includes(key)));
  // A command may be written with its path, or by mistake with its arguments: only the program's name goes out.
  if (typeof values.command === 'string')
    values.command = values.command.replace(/^.*[\\/]/s, '').replace(/\s.*$/s, '');
  return values;
}

function shortTail(lines: readonly string[], redact: (line: string) => string): string[] {
  const kept: string[] = [];
  let bytes = 0;
  for (const line of lines.slice(-CLIENT_TAIL_LINES).reverse()) {
    const safe = shorten(redact(line));
    bytes += Buffer.byteLength(safe) + 1;
    if (bytes > CLIENT_TAIL_BYTES) break;
    kept.unshift(safe);
  }
  return kept;
}

function shorten(line: string): string {
  return line.length <= CLIENT_LINE_LENGTH ? line : `${line.slice(0, CLIENT_LINE_LENGTH)}…`;
}
