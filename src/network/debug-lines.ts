import { DebugRedactor } from './debug-redact.ts';

/** One line of a Node's debug output. */
export interface DebugLine {
  /** `http`, `dns`, `undici`, `fetch`, …: the section of `NODE_DEBUG`. */
  readonly area: string;
  /** Without its `HTTP 1234: `, and without secrets. */
  readonly text: string;
}

const PREFIX = /^([A-Z][A-Z0-9_]*) (\d+): (.*)$/;
/** Node's own warning about what we turned on, and what follows it. */
const WARNING = /^\(node:\d+\) Warning: Setting the NODE_DEBUG environment variable to /;
const AFTER_WARNING = /^\(Use `node --trace-warnings |^ {4}at /;
/** What belongs to an object that is printed over several lines: all that is further in, and its end. */
const CONTINUED = /^\s|^[}\])]/;

/**
 * Tells Node's debug lines from all else that a server writes to stderr. Lines are to be given one by one, in order: what is printed
 * over several lines has its prefix on the first alone.
 */
export class DebugLines {
  readonly #areas: ReadonlySet<string>;
  readonly #pid: number;
  readonly #redactor = new DebugRedactor();
  /** What the last line belonged to. */
  #within: 'nothing' | 'warning' | { readonly area: string } = 'nothing';

  /** `areas` as in `NODE_DEBUG`; `pid` is the server's own. */
  constructor(areas: readonly string[], pid: number) {
    this.#areas = new Set(areas.map(area => area.toUpperCase()));
    this.#pid = pid;
  }

  /** The line without secrets; `hidden` for one that says nothing; null for the server's own words. */
  read(line: string): DebugLine | 'hidden' | null {
    const [, section = '', pid = '', rest = ''] = PREFIX.exec(line) ?? [];
    if (this.#areas.has(section) && !this.#isStatus(section, Number(pid))) {
      this.#redactor.reset();
      const area = section.toLowerCase();
      const text = this.#redactor.line(rest);
      // Only what is left open goes on in the next line.
      this.#within = /[{[(,+]$/.test(rest) ? { area } : 'nothing';
      return { area, text };
    }
    if (WARNING.test(line)) {
      this.#within = 'warning';
      return 'hidden';
    }
    if (this.#within === 'warning' && AFTER_WARNING.test(line)) return 'hidden';
    if (typeof this.#within === 'object' && CONTINUED.test(line)) {
      const { area } = this.#within;
      if (/^[}\])]/.test(line)) this.#within = 'nothing';
      return { area, text: this.#redactor.line(line) };
    }
    this.#within = 'nothing';
    return null;
  }

  /** `HTTP 404: not found` is a server's word about a status, unless that is its pid. */
  #isStatus(section: string, pid: number): boolean {
    return section === 'HTTP' && pid >= 100 && pid <= 599 && pid !== this.#pid;
  }
}
