import { forEachMember, keyAt, type Span, skipSpace, splice } from '../session/json-scan.ts';

/**
 * Every member of this path in a text that has been parsed once. JSON.parse takes the last of duplicates; another reader may take
 * the first, and what is decided by a name must be decided for all of them.
 */
export function everyMember(text: string, path: readonly string[]): Span[] {
  let spans: Span[] = [{ start: skipSpace(text, 0), end: text.length }];
  for (const name of path) {
    const below: Span[] = [];
    for (const { start } of spans) {
      forEachMember(text, start, (key, value) => {
        if (keyAt(text, key) === name) below.push(value);
      });
    }
    spans = below;
  }
  return spans;
}

/** The text with another value for every member of this path, given as raw JSON. */
export function withEveryMember(text: string, path: readonly string[], raw: string): string {
  return splice(
    text,
    everyMember(text, path).map(({ start, end }) => ({ start, end, with: raw })),
  );
}
