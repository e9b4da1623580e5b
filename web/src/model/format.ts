const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What stands where there is no figure. */
export const NONE = '–';

/** How long something took: `<1 ms`, `3 ms`, `1.0 s`, `2m 05s`. */
export function duration(ms: number | null): string {
  if (ms === null) return NONE;
  if (ms < 1) return ms <= 0 ? '0 ms' : '<1 ms';
  if (ms < 0.95 * SECOND) return `${Math.round(ms)} ms`;
  if (ms < 9.95 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  return span(ms);
}

/** How long something has lasted or will last, in whole seconds: tenths that change all the time draw the eye. */
export function span(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m ${twoDigits((ms % MINUTE) / SECOND)}s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h ${twoDigits((ms % HOUR) / MINUTE)}m`;
  return `${Math.floor(ms / DAY)}d ${twoDigits((ms % DAY) / HOUR)}h`;
}

/** `in 4 s` until a time, counted up so that it ends at 1; `now` when it has come. */
export function until(at: number, now: number): string {
  return at <= now ? 'now' : `in ${span(Math.ceil((at - now) / SECOND) * SECOND)}`;
}

/** `just now`, `12 s ago`, `3m 02s ago`. */
export function ago(at: number, now: number): string {
  return now - at < 2 * SECOND ? 'just now' : `${span(now - at)} ago`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `512 B`, `84.2 MiB`. */
export function bytes(value: number | null): string {
  if (value === null) return NONE;
  let unit = 0;
  let amount = value;
  while (amount >= 1023.5 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${unit === 0 || amount >= 99.95 ? Math.round(amount) : amount.toFixed(1)} ${UNITS[unit]}`;
}

/** Of 0 … 1. What is not nothing is never shown as nothing. */
export function share(value: number | null): string {
  if (value === null) return NONE;
  return percent(value * 100);
}

export function percent(value: number | null): string {
  if (value === null) return NONE;
  if (value <= 0) return '0 %';
  if (value < 0.1) return '<0.1 %';
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}

/** `12,345` */
export function whole(value: number | null): string {
  return value === null ? NONE : Math.round(value).toLocaleString('en-US');
}

/** `1 tool`, `2 tools`. */
export function count(value: number, noun: string, many = `${noun}s`): string {
  return `${whole(value)} ${value === 1 ? noun : many}`;
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function names(list: readonly string[], most = 3): string {
  if (list.length > most) return `${list.slice(0, most - 1).join(', ')} and ${list.length - most + 1} more`;
  return list.length < 2 ? list.join('') : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
}

/** `12:00:03` where the reader is. */
export function timeOfDay(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}

/** With the day where it is not today's. */
export function moment(at: number, now: number): string {
  const [day, today] = [new Date(at), new Date(now)];
  if (day.toDateString() === today.toDateString()) return timeOfDay(at);
  return `${day.getFullYear()}-${twoDigits(day.getMonth() + 1)}-${twoDigits(day.getDate())} ${timeOfDay(at)}`;
}

/** An error's words, which have neither, with a capital and a full stop. */
export function sentence(text: string): string {
  return `${capital(text)}${/[.!?…]$/.test(text) ? '' : '.'}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
