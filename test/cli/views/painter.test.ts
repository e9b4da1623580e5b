import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPainter } from '../../../src/cli/views/painter.ts';

/** Just enough of a terminal: its lines, and where the cursor is. */
function terminal(columns = 80) {
  const lines: string[] = [''];
  let row = 0;
  const sequence = new RegExp(`^${String.fromCharCode(27)}\\[(\\?2026[hl]|(\\d+)A|0J|2J|H)`);
  return {
    columns,
    lines,
    write(text: string): boolean {
      for (let rest = text; rest !== ''; ) {
        const [whole, code = '', count] = sequence.exec(rest) ?? [];
        if (whole === undefined) {
          const character = rest[0] ?? '';
          if (character === '\n') {
            row++;
            lines[row] ??= '';
          } else if (character !== '\r') lines[row] += character;
          rest = rest.slice(1);
          continue;
        }
        if (code.endsWith('A')) row = Math.max(0, row - Number(count));
        else if (code === '0J') lines.splice(row, lines.length, '');
        else if (code === '2J') lines.fill('');
        else if (code === 'H') row = 0;
        rest = rest.slice(whole.length);
      }
      return true;
    },
  };
}

test('whatever is painted, the screen shows what was said, then the last frame', () => {
  const words = fc.stringMatching(/^[a-z]{1,8}$/);
  const step = fc.oneof(fc.record({ frame: fc.array(words, { maxLength: 6 }) }), fc.record({ above: words }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), steps => {
      const screen = terminal();
      const painter = createPainter(screen);
      let frame: readonly string[] = [];
      const said: string[] = [];
      for (const step of steps) {
        if ('frame' in step) {
          frame = step.frame;
          painter.paint(frame);
        } else {
          said.push(step.above);
          painter.above(step.above);
        }
        assert.deepEqual(screen.lines, [...said, ...frame, '']);
      }
    }),
  );
});

test('lines that the terminal breaks are painted over, too', () => {
  const written: string[] = [];
  const painter = createPainter({ columns: 10, write: (text: string) => written.push(text) > 0 });
  painter.paint(['one', 'x'.repeat(10), 'x'.repeat(21)]);
  painter.paint([]);
  assert.ok(written[1]?.includes('\u001b[5A'), JSON.stringify(written[1]));
});

test('a frame in a terminal of another width starts on a clean screen', () => {
  const screen = terminal();
  const painter = createPainter(screen);
  painter.paint(['a', 'b', 'c']);
  screen.columns = 40;
  painter.paint(['d']);
  assert.deepEqual(screen.lines, ['d', '', '', '']);
});
