/** A line of the JSON log, read back. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly level: string;
  readonly time: string;
  readonly msg?: string;
};

/** More of a server's last words stands in the JSON log and in `holdfast status`. */
const TAIL_LINES = 3;

const colours: Readonly<Record<string, number>> = { fatal: 31, error: 31, warn: 33, info: 32, debug: 2, trace: 2 };

/** What is written by servers must not steer the terminal. */
const CONTROL = /\p{Cc}+/gu;

/**
 * One line for people: `20:01:02 warn  files: went down: … [PROCESS_EXITED]; what to do | its last words`.
 * Fields other than these stand in the JSON log only. With `today` (`2026-11-27`) lines of other days have their date.
 */
export function logLine(line: LogLine, isColoured: boolean, today = ''): string {
  const { level, time, msg = '', server, code, hint, stderrTail, err } = line;
  const label = level.padEnd(5);
  const shown = isColoured ? `\u001b[${colours[level] ?? 0}m${label}\u001b[0m` : label;
  const tail = Array.isArray(stderrTail) ? stderrTail.slice(-TAIL_LINES) : [];
  const text = [
    typeof server === 'string' ? `${server}: ` : '',
    msg,
    // An errno is often the message's own word.
    typeof code === 'string' && !msg.includes(code) ? ` [${code}]` : '',
    typeof hint === 'string' ? `; ${hint}` : '',
    ...tail.map(words => ` | ${String(words)}`),
    causeOf(err),
  ].join('');
  const day = today === '' || dayOf(time) === today ? '' : `${dayOf(time)} `;
  return `${day}${timeOfDay(time)} ${shown} ${text.replace(CONTROL, ' ')}`;
}

function causeOf(err: unknown): string {
  if (typeof err !== 'object' || err === null || !('message' in err)) return '';
  return `: ${String('stack' in err && err.stack !== undefined ? err.stack : err.message)}`;
}

/** The local day: `2026-11-27`. */
export function dayOf(time: string | number): string {
  const date = new Date(time);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(part => String(part).padStart(2, '0')).join('-');
}

function timeOfDay(time: string): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(part => String(part).padStart(2, '0')).join(':');
}
