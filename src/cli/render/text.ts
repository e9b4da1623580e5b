import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** One line that cannot move the cursor: without escape sequences and control characters, tabs and line breaks as spaces. */
export function oneLine(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replace(/[\t\r\n\u2028\u2029]+/g, ' ')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point
      .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
      .trimEnd()
  );
}

/** Columns that a text without line breaks takes on a terminal. */
export const widthOf = (text: string): number => stringWidth(text);

/** The text in at most `width` columns; what is cut off shows as `…`. It must hold no escape sequences. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** The text in exactly `width` columns. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const short = truncate(text, width);
  const space = ' '.repeat(Math.max(0, width - widthOf(short)));
  return align === 'left' ? short + space : space + short;
}

/** A number stays with its unit. */
const BREAKS = / +(?!m?s\b|\d\d[hms]\b)/;

/**
 * The text in lines of at most `width` columns, with nothing cut off: a word that is longer has a line of its own, which the terminal breaks
 * by itself, so that an address or a token is copied from it as one.
 */
export function wrapWhole(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text];
  const lines: string[] = [];
  for (const word of text.split(BREAKS).filter(part => part !== '')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && widthOf(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Lines that a terminal makes of these. */
export function rowsOf(lines: readonly string[], width: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / width)), 0);
}

/** The text in lines of at most `width` columns, broken between words; what goes beyond `most` lines is cut off with `…`. */
export function wrap(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  let rest = text.split(BREAKS).filter(word => word !== '');
  while (rest.length > 0) {
    if (lines.length === most - 1) return [...lines, truncate(rest.join(' '), width)];
    let count = 1;
    while (count < rest.length && widthOf(rest.slice(0, count + 1).join(' ')) <= width) count++;
    lines.push(truncate(rest.slice(0, count).join(' '), width));
    rest = rest.slice(count);
  }
  return lines;
}
