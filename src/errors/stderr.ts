import type { Code } from './catalogue.ts';
import { generalPatterns, type StderrPattern, specificPatterns } from './stderr-patterns.ts';

/** What the stderr of a dead process says of its death. */
export interface StderrVerdict {
  readonly code: Code;
  /** Values for the catalogue's placeholders, and `line`: the line that decided. */
  readonly details: Readonly<Record<string, string>>;
}

const WINDOW_LINES = 60;
const LINE_LENGTH = 2_000;
/** How many lines of speech from the end a weak pattern is believed. */
const LAST_WORDS = 8;

const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g');
const HARMLESS =
  /\b(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING)\b|^npm (?:warn|notice)\b|\[(?:trace|debug|info|warn(?:ing)?)\]|"level": ?"?(?:[1-4]0\b|trace|debug|info|warn)/;
/** Stack frames, carets, brackets and the fields of a printed error: they say nothing new. */
const SILENT = /^\s*(?:$|at |File "|[\^~|]+$|[{}[\])]+,?$|Node\.js v|npm (?:ERR!|error)(?:\s+at |\s*$))|^\s+\w+: .*,$/;
const UNCAUGHT = /^(?:Uncaught )?(?:[\w$]+\.)*\w*(?:Error|Exception)(?: \[\w+\])?(?::|$)/;
const CHAINED = /direct cause of the following exception|During handling of the above exception/;

/**
 * Reads the cause of death from the last lines of stderr; `null` where they name none that is known.
 *
 * Only for processes that died or failed to start: a server in good health may log any of these words.
 * It reads from the end, and an error that no pattern knows ends the search: what was logged before it did not kill.
 */
export function classifyStderr(lines: readonly string[]): StderrVerdict | null {
  const recent = lines.slice(-WINDOW_LINES).map(line => line.slice(0, LINE_LENGTH).replace(COLOUR, ''));
  return lastMatch(recent, specificPatterns) ?? lastMatch(recent, generalPatterns);
}

function lastMatch(lines: readonly string[], patterns: readonly StderrPattern[]): StderrVerdict | null {
  let words = 0;
  for (let at = lines.length - 1; at >= 0; at--) {
    const line = lines[at] ?? '';
    if (HARMLESS.test(line)) continue;
    const found = patterns.find(({ isWeak, test }) => (isWeak !== true || words < LAST_WORDS) && test.test(line));
    if (found !== undefined) {
      return {
        code: found.code,
        details: { ...detailsOf(found.code, lines.slice(0, at + 1), patterns), line: line.trim() },
      };
    }
    if (!SILENT.test(line)) words++;
    if (!UNCAUGHT.test(line)) continue;
    // Python prints the first error above the ones it led to.
    const link = lines.slice(0, at).findLastIndex(above => CHAINED.test(above));
    if (link === -1) return null;
    at = link;
  }
  return null;
}

/** The message and the fields of one error stand on several lines: the nearest line that names a detail gives it. */
function detailsOf(code: Code, lines: readonly string[], patterns: readonly StderrPattern[]): Record<string, string> {
  const details: Record<string, string> = {};
  const tests = patterns.filter(pattern => pattern.code === code).map(pattern => pattern.test);
  for (const line of lines.toReversed()) {
    for (const test of tests) {
      for (const [name, value] of Object.entries(test.exec(line)?.groups ?? {})) {
        if (value !== undefined) details[name.replace(/\d$/, '')] ??= value;
      }
    }
  }
  return details;
}
