const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration as people say it, in at most seven characters: `3 ms`, `1.0 s`, `2m 05s`, `3h 04m`, `12d 03h`. */
export function duration(ms: number): string {
  if (ms < 1) return '<1 ms';
  if (ms < 0.95 * SECOND) return `${Math.round(ms)} ms`;
  if (ms < 9.95 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m ${twoDigits((ms % MINUTE) / SECOND)}s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h ${twoDigits((ms % HOUR) / MINUTE)}m`;
  return `${Math.floor(ms / DAY)}d ${twoDigits((ms % DAY) / HOUR)}h`;
}

/** How long something has been up: whole seconds, since tenths that change all the time draw the eye. */
export function uptime(ms: number): string {
  return ms < MINUTE ? `${Math.floor(ms / SECOND)} s` : duration(ms);
}

/** `12:00:03`, in the local time zone. */
export function timeOfDay(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}

/** `1 tool`, `2 tools`. */
export function count(number: number, noun: string, many = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : many}`;
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
