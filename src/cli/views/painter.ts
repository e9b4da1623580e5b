import { rowsOf } from '../render/text.ts';

/** Paints frames of lines over each other at the bottom of a terminal. */
export interface Painter {
  /** Replaces the last frame. The caller sees to it that it fits; lines that are too wide are broken by the terminal. */
  paint(lines: readonly string[]): void;
  /** Writes a text that stays, above the frame. */
  above(text: string): void;
}

const ESC = '\u001b[';
/** Terminals that know it (DEC mode 2026) show the frame at once; others pass it over. */
const BEGIN = `${ESC}?2026h`;
const END = `${ESC}?2026l`;
const ERASE_BELOW = `${ESC}0J`;
const ERASE_ALL = `${ESC}2J${ESC}H`;

/**
 * Each frame is written whole: what is saved by writing only the lines that changed is not worth a screen in disorder. The cursor waits in
 * the line below the frame, and is not hidden, so that nothing has to be put right after a crash.
 */
export function createPainter(stream: Pick<NodeJS.WriteStream, 'write' | 'columns'>): Painter {
  let frame: readonly string[] = [];
  let height = 0;
  let width = stream.columns;

  const write = (above: string): void => {
    // A terminal of another width has broken the old frame anew, into nobody knows how many lines.
    const isResized = width !== stream.columns;
    width = stream.columns;
    const back = isResized ? ERASE_ALL : `${up(height)}\r${ERASE_BELOW}`;
    height = rowsOf(frame, width || 80);
    stream.write(`${BEGIN}${back}${above}${frame.map(line => `${line}\n`).join('')}${END}`);
  };
  return {
    paint(lines) {
      frame = lines;
      write('');
    },
    above: text => write(`${text}\n`),
  };
}

const up = (lines: number): string => (lines === 0 ? '' : `${ESC}${lines}A`);
