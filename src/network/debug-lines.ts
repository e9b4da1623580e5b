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

/** A certificate or a key: Node's name of an HTTPS agent holds them whole. */
const WHOLE_PEM = /-----BEGIN [^-]*-----.*?-----END [^-]*-----/g;
const OPEN_PEM = /-----BEGIN [^-]*-----.*$/;
const PEM_LINE = /^[\w+/=]+$|-----END /;

/**
 * Tells Node's debug lines from all else that a server writes to stderr. Lines are to be given one by one, in order: what is printed
 * over several lines has its prefix on the first alone.
 */
export class DebugLines {
  readonly #areas: ReadonlySet<string>;
  readonly #pid: number;
  readonly #redactor = new DebugRedactor();
  /** What the last line belonged to. */
  #within: 'nothing' | 'warning' | { readonly area: string; readonly isPem: boolean } = 'nothing';

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
      const shown = rest.replace(WHOLE_PEM, '[redacted]');
      const text = this.#redactor.line(shown.replace(OPEN_PEM, '[redacted]'));
      this.#within = openIn(shown, area);
      return text === null ? 'hidden' : { area, text };
    }
    if (typeof this.#within === 'object' && this.#within.isPem && PEM_LINE.test(line)) {
      // What stands behind its end may begin an object, or the next one.
      if (line.includes('-----END '))
        this.#within = openIn(line.replace(/^.*?-----END [^-]*-----/, ''), this.#within.area);
      return 'hidden';
    }
    if (WARNING.test(line)) {
      this.#within = 'warning';
      return 'hidden';
    }
    if (this.#within === 'warning' && AFTER_WARNING.test(line)) return 'hidden';
    if (typeof this.#within === 'object' && !this.#within.isPem && CONTINUED.test(line)) {
      const { area } = this.#within;
      if (/^[}\])]/.test(line)) this.#within = 'nothing';
      const text = this.#redactor.line(line);
      return text === null ? 'hidden' : { area, text };
    }
    this.#within = 'nothing';
    return null;
  }

  /** `HTTP 404: not found` is a server's word about a status, unless that is its pid. */
  #isStatus(section: string, pid: number): boolean {
    return section === 'HTTP' && pid >= 100 && pid <= 599 && pid !== this.#pid;
  }
}

/** What a line leaves open, and goes on in the next one. */
function openIn(text: string, area: string): 'nothing' | { readonly area: string; readonly isPem: boolean } {
  const rest = text.replace(WHOLE_PEM, '');
  if (OPEN_PEM.test(rest)) return { area, isPem: true };
  return /[{[(,+]$/.test(rest) ? { area, isPem: false } : 'nothing';
}
