const NOTHING: ReadonlySet<string> = new Set();

/**
 * The value with every text in it redacted; keys stay, and so do the texts under `kept` ones: the words that programs compare (states,
 * names, codes), whatever the secrets are.
 */
export function redactDeep<T>(value: T, redact: (text: string) => string, kept: ReadonlySet<string> = NOTHING): T {
  const deep = (inner: unknown): unknown => {
    if (typeof inner === 'string') return redact(inner);
    if (Array.isArray(inner)) return inner.map(deep);
    if (typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(
      Object.entries(inner).map(([key, item]) => [key, kept.has(key) && typeof item === 'string' ? item : deep(item)]),
    );
  };
  return deep(value) as T;
}
