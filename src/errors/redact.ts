const MARK = '[redacted]';
/** Shorter values would blot out ordinary words. */
const MIN_LENGTH = 8;

/**
 * Makes a function that takes secrets out of a text, each replaced by `[redacted]`:
 *
 * - every given value of 8 or more characters, also as it stands in URLs, in JSON and in base64, and line by line where it has several;
 * - what looks like a secret: `Authorization` and cookie headers, `Bearer …`, `token=…` and its kin, credentials and
 *   secret parameters in URLs, and keys of well-known form (`sk-…`, `ghp_…`, `AKIA…`, `eyJ…`).
 *
 * Give it the values that may be secret (the server's own `env`, our tokens), not all of the environment: what is given disappears.
 * Takes time linear in the text for each value. It knows no secret that it is not given and that looks like a plain word.
 */
export function redactSecrets(values: readonly string[]): (text: string) => string {
  const secrets = [...new Set(values.flatMap(formsOf))];
  return text => hidePatterns(hideValues(text, secrets));
}

function formsOf(value: string): string[] {
  if (value.length < MIN_LENGTH) return [];
  const lines = value.includes('\n') ? value.split(/\r?\n/) : [];
  return [value, ...lines]
    .filter(form => form.length >= MIN_LENGTH)
    .flatMap(form => [form, JSON.stringify(form).slice(1, -1), encoded(form), ...inBase64(form)]);
}

/** Without the padding, which not everybody writes. */
function inBase64(value: string): string[] {
  const bytes = Buffer.from(value);
  return [bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
}

function encoded(value: string): string {
  // encodeURIComponent throws on half of a surrogate pair; such a value cannot stand in a URL.
  return /\p{Surrogate}/u.test(value) ? value : encodeURIComponent(value);
}

/** Finds all first and replaces then: where two secrets overlap, replacing one would leave a rest of the other. */
function hideValues(text: string, secrets: readonly string[]): string {
  const spans: [number, number][] = [];
  for (const secret of secrets) {
    for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + secret.length)) {
      spans.push([at, at + secret.length]);
    }
  }
  if (spans.length === 0) return text;
  spans.sort(([a], [b]) => a - b);
  let result = '';
  let done = 0;
  for (const [from, to] of spans) {
    if (from > done || (from === 0 && done === 0)) result += text.slice(done, from) + MARK;
    done = Math.max(done, to);
  }
  return result + text.slice(done);
}

// None of these can back up over more than it has consumed, so that a hostile line costs no more than a long one:
// every repetition is bounded, or ends at a character that it cannot itself contain, or may end anywhere.
const NAMES =
  'token|secret|passwd|password|passphrase|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|connection[_-]?string|session[_-]?id';
const VALUE = String.raw`\\+"[^"\\\r\n]+|"(?:[^"\\\r\n]|\\.)+|'[^'\r\n]+|[^\s"'\\&,;]+`;
const HEADER_VALUE = String.raw`\[[^\r\n]*|\\+"[^"\\\r\n]+|"(?:[^"\\\r\n]|\\.)+|'[^'\r\n]+|[^\s"'\\[][^\r\n]*`;
const HEADER = new RegExp(
  String.raw`\b((?:proxy-)?authorization|(?:set-)?cookie)(\\*["']?\s{0,4}[:=]\s{0,4})(${HEADER_VALUE})`,
  'gi',
);
const NAMED = new RegExp(String.raw`(${NAMES})([\w-]{0,40}\\{0,3}["']?\s{0,4}[=:]\s{0,4})(${VALUE})`, 'gi');
const SCHEME = /\b(bearer|basic)(\s{1,4})(?=[^\s"']{0,64}\d|[^\s"']{20})([\w.~+/=-]{8,})/gi;
const URL_USER = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#"'<>]+@/gi;
const URL_QUERY = /([?&](?:key|sig|signature|auth|code|pwd|x-amz-[\w-]{1,40})=)[^&\s"'#]+/gi;
const WELL_KNOWN =
  /\b(?:sk-[\w-]{16,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{10,}|AKIA[A-Z0-9]{16}|eyJ[\w-]{10,}(?:\.[\w-]+){0,4})/g;

function hidePatterns(text: string): string {
  return text
    .replace(URL_USER, `$1${MARK}@`)
    .replace(HEADER, hideQuoted)
    .replace(NAMED, (all, name: string, link: string, value: string) =>
      isPlain(name, value) ? all : hideQuoted(all, name, link, value),
    )
    .replace(SCHEME, `$1$2${MARK}`)
    .replace(URL_QUERY, `$1${MARK}`)
    .replace(WELL_KNOWN, MARK);
}

/** Keeps the opening quote, so that what stays can still be read as what it was. */
function hideQuoted(_all: string, name: string, link: string, value: string): string {
  return `${name}${link}${/^\\*["']?/.exec(value)?.[0] ?? ''}${MARK}`;
}

/** Counts, flags and prose, as in `max_tokens=4096`, `token: null` and `TOKEN: not set`; a password may be a number. */
function isPlain(name: string, value: string): boolean {
  const nothing = /^\\*["']?(?:true|false|null|undefined|none|not|missing|required|unset|empty|must|the)$/i;
  return nothing.test(value) || (/^token/i.test(name) && /^\d{1,6}$/.test(value));
}
