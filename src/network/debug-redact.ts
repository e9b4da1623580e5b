const MARK = '[redacted]';

// Names of headers and fields whose value is nobody's business. `auth` is what Node makes of `user:password@` in an address.
const SECRET =
  '(?:proxy-)?authorization|(?:set-)?cookie2?|auth|pfx|key|passphrase|[\\w-]{0,40}(?:token|secret|password|passwd|api[_-]?key|apikey|access[_-]?key|credential|session[_-]?id|signature)[\\w-]{0,40}';
const QUOTED = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\`(?:[^\`\\]|\\.)*\``;

/** `Authorization: 'Bearer …'` and `'Authorization', 'Bearer …'`, as `util.inspect` writes fields and elements. */
const FIELD = new RegExp(
  String.raw`(?:^|[\s{[,(])(?:(["'\`])(?:${SECRET})\1\s{0,4}[:=,]|(?:${SECRET})\s{0,4}[:=])\s{0,4}(.*)$`,
  'i',
);
const WHOLE_VALUE = new RegExp(String.raw`^(?:${QUOTED})(?!\s*\+)`);
const WHOLE_LIST = new RegExp(String.raw`^[[{](?:${QUOTED}|[^"'\`[\]{}])*[\]}]`);
/** `Authorization: Bearer …\r\n`, as it goes over the wire, inside a quoted text. */
const ON_THE_WIRE = new RegExp(String.raw`((?:["'\`]|\\n)(?:${SECRET}):)(?:(?!\\r|\\n).)+`, 'gi');
const QUERY = new RegExp(
  String.raw`([?&;](?:${SECRET}|sig|code|state|pwd|user|x-(?:amz|goog)-[\w-]{1,40})=)[^&\s"'\`#;]*`,
  'gi',
);
const URL_USER = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#"'`<>]+@/gi;
const SCHEME = /\b(bearer|basic|digest|negotiate|ntlm)(\s{1,4})[^\s"'`,\\]{4,}/gi;
/** A name that ends its line, in a list of names and values. */
const NAME_LAST = new RegExp(String.raw`^(["'\`])(?:${SECRET})\1$`, 'i');

/**
 * Takes secrets out of what Node prints with `NODE_DEBUG`, line by line. A value that does not end on its line (a list, an object,
 * a text that goes on with `+`) hides all that is further in than the line where it began.
 */
export class DebugRedactor {
  /** Lines further in than this belong to a secret value. */
  #hiddenBelow: number | null = null;
  #hidesNext = false;

  line(text: string): string {
    const indent = indentOf(text);
    if (this.#hidesNext) {
      this.#hidesNext = false;
      this.#hiddenBelow = indent;
      return hidden(indent);
    }
    if (this.#hiddenBelow !== null) {
      if (indent > this.#hiddenBelow) return hidden(indent);
      this.#hiddenBelow = null;
    }
    return this.#fields(text, indent)
      .replace(URL_USER, `$1${MARK}@`)
      .replace(ON_THE_WIRE, `$1 ${MARK}`)
      .replace(QUERY, `$1${MARK}`)
      .replace(SCHEME, `$1$2${MARK}`);
  }

  /** What follows is no part of what went before. */
  reset(): void {
    this.#hiddenBelow = null;
    this.#hidesNext = false;
  }

  /** Hides the values of secret fields from left to right: what stands behind one may hold another. */
  #fields(text: string, indent: number): string {
    const found = FIELD.exec(text);
    if (found === null) {
      this.#hidesNext = NAME_LAST.test(text.trim());
      return text;
    }
    const value = found[2] ?? '';
    const before = text.slice(0, text.length - value.length);
    if (value === '' && before.trimEnd().endsWith(',')) {
      this.#hidesNext = true;
      return text;
    }
    const whole = (WHOLE_VALUE.exec(value) ?? WHOLE_LIST.exec(value))?.[0];
    if (whole !== undefined) return `${before}'${MARK}'${this.#fields(value.slice(whole.length), indent)}`;
    const scalar = /^(?:true|false|null|undefined|-?\d{1,6})(?=[,\s}\]]|$)/.exec(value)?.[0];
    if (scalar !== undefined) return `${before}${scalar}${this.#fields(value.slice(scalar.length), indent)}`;
    this.#hiddenBelow = indent;
    return `${before.trimEnd()} ${MARK}`;
  }
}

function hidden(indent: number): string {
  return `${' '.repeat(indent)}${MARK}`;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
