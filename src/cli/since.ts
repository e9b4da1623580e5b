const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `10m` before `now`, or a point in time as ISO 8601 has it; null for what is neither. Milliseconds since 1970. */
export function sinceOf(text: string, now: number): number | null {
  const [, number, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (number !== undefined) return now - Number(number) * (UNITS[unit] ?? 0);
  const time = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d\S*)?$/.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
