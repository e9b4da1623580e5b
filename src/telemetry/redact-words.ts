/**
 * What events, log lines and the status call things by: names and words of ours that programs compare. They stay, whatever the secrets
 * are; a server must be found although its name happens to be the value of one of its variables.
 */
const NAMES = new Set(
  (
    'type event channel level time at since pid server name instance incarnation state desired health status verdict from to kind ' +
    'category code signal outcome stream launch container protocolVersion method tool added removed changed unchanged area ' +
    'missingTools holds byCause connection lastCheck usage'
  ).split(' '),
);

export const isName = (key: string): boolean => NAMES.has(key);

/** A copy with every text redacted but for names, at any depth; keys stay. */
export function redactWords<T>(value: T, redact: (text: string) => string): T {
  return words(value, redact) as T;
}

function words(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(item => words(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, isName(key) ? item : words(item, redact)]),
  );
}
