/**
 * What events, status and log lines call things by: names, states and places of ours, which programs compare. They stay, whatever the
 * secrets are: a server must be found although its name happens to be the value of one of its variables.
 */
export const WORDS: ReadonlySet<string> = new Set(
  (
    'type event channel seq server name desired state health status verdict from to stream outcome code cause category kind level launch ' +
    'method tool signal area protocolVersion container client path version time at since lastMessageAt nextTryAt config stateDir folder ' +
    'file token control added removed changed unchanged missingTools holds'
  ).split(' '),
);
const NOTHING: ReadonlySet<string> = new Set();

/** The value with every text in it redacted; keys stay, and so do texts, and lists of texts, under `kept` ones. */
export function redactDeep<T>(value: T, redact: (text: string) => string, kept: ReadonlySet<string> = NOTHING): T {
  const deep = (inner: unknown): unknown => {
    if (typeof inner === 'string') return redact(inner);
    if (Array.isArray(inner)) return inner.map(deep);
    if (typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(
      Object.entries(inner).map(([key, item]) => [key, kept.has(key) && isWording(item) ? item : deep(item)]),
    );
  };
  return deep(value) as T;
}

const isWording = (value: unknown): boolean =>
  typeof value === 'string' || (Array.isArray(value) && value.every(item => typeof item === 'string'));
