/** Questions that a client answers with its user or its model: nobody else may see or wait for them. */
export const PERSONAL: ReadonlySet<string> = new Set(['sampling/createMessage', 'elicitation/create']);
/** A server may keep the answer: whose roots are not known beforehand, of him nobody else may be served by the process that has asked. */
export const ROOTS: ReadonlySet<string> = new Set(['roots/list']);

/** Names of more tools, and longer ones, are clients' inventions: nothing is remembered of them. */
const MAX_TOOLS = 1_000;
const MAX_NAME_LENGTH = 256;

/** Which tools of a server ask their client something of one kind: those run where nobody else's calls are. */
export class AskingTools {
  readonly #methods: ReadonlySet<string>;
  readonly #known: Set<string>;
  readonly #onLearned: () => void;
  /** In flight when a question came that may have been another's; until they are cleared. */
  readonly #suspects = new Set<string>();
  /** Have answered at least once without a question in between: the last to be suspected. */
  readonly #quiet = new Set<string>();

  constructor(methods: ReadonlySet<string>, known: Set<string>, onLearned: () => void) {
    this.#methods = methods;
    this.#known = known;
    this.#onLearned = onLearned;
  }

  /** Whether the tool may ask: for a client that can be asked it must run on an instance of its own. */
  mayAsk(tool: string): boolean {
    return this.#known.has(tool) || this.#suspects.has(tool);
  }

  /** The server has asked while these tools were in flight; `isCertain`: all of them for the client that is asked. */
  asked(method: string, tools: readonly string[], isCertain: boolean): void {
    if (!this.#methods.has(method) || tools.some(tool => this.#known.has(tool))) return;
    const [only] = tools;
    if (only === undefined) return;
    if (!isCertain || tools.length > 1) {
      const likely = tools.filter(tool => !this.#quiet.has(tool));
      for (const tool of likely.length > 0 ? likely : tools) remember(this.#suspects, tool);
      return;
    }
    this.#suspects.delete(only);
    if (remember(this.#known, only)) this.#onLearned();
  }

  /** The tool has answered, and nothing was asked meanwhile. On an instance of its client's own, where it could have, that clears it. */
  answered(tool: string, isOwn: boolean): void {
    remember(this.#quiet, tool);
    if (isOwn) this.#suspects.delete(tool);
  }
}

function remember(tools: Set<string>, tool: string): boolean {
  if (tools.size >= MAX_TOOLS || tool.length > MAX_NAME_LENGTH) return false;
  tools.add(tool);
  return true;
}
