const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A text within an element. All beyond ASCII is written as numbers, so that no shell and no editor can break it on the way to a file. */
export function xmlText(text: string): string {
  return text.replace(/[&<>"]|[^\x20-\x7e]/gu, letter => NAMES[letter] ?? `&#${letter.codePointAt(0)};`);
}
