import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linesBack, linesFrom, logFilesIn, readLine } from '../../src/telemetry/log-lines.ts';
import { lineAt, logFolderOf } from '../support/log-folder.ts';

test('the files of a folder are found with the oldest of each server first, and nothing else', async t => {
  const { folder, write } = await logFolderOf(t);
  for (const name of ['b.log', 'a.log', 'a.log.2', 'a.log.10', 'notes.txt', '.turning']) write(name, 'x\n');
  const names = async (stems: ReadonlySet<string> | null = null) =>
    (await logFilesIn(folder, stems)).map(({ stem, age }) => `${stem} ${age}`);
  assert.deepEqual(await names(), ['a 10', 'a 2', 'a 0', 'b 0']);
  assert.deepEqual(await names(new Set(['b'])), ['b 0']);
  assert.deepEqual(await logFilesIn(`${folder}-not-there`), []);
});

async function bothWays(folder: string): Promise<{ forth: string[]; back: string[]; ends: number[] }> {
  const [file] = await logFilesIn(folder);
  assert.ok(file !== undefined);
  const forth: string[] = [];
  const ends: number[] = [];
  for await (const { text, end } of linesFrom(folder, file)) {
    forth.push(text);
    ends.push(end);
  }
  const back: string[] = [];
  for await (const text of linesBack(folder, file)) back.unshift(text);
  return { forth, back, ends };
}

test('from either end the same whole lines come, however long they are, and each says where it ends', async t => {
  const { folder, write } = await logFolderOf(t);
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.nat(200_000).map(length => 'ä'.repeat(length / 2)),
  );
  const lines = fc.array(
    text.map(each => each.replaceAll('\n', ' ')),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(lines, fc.constantFrom('', 'torn'), async (whole, rest) => {
      const content = whole.map(line => `${line}\n`).join('');
      write('a.log', content, rest);
      const { forth, back, ends } = await bothWays(folder);
      assert.deepEqual(
        forth,
        whole.map(line => Buffer.from(line).toString()),
      );
      assert.deepEqual(back, forth);
      assert.equal(ends.at(-1) ?? 0, Buffer.byteLength(content));
    }),
    { numRuns: 40 },
  );
});

test('a file that was put aside since it was seen is read all the same, and another that got its name is not', async t => {
  const { folder, write, rename } = await logFolderOf(t);
  write('a.log', 'old\n');
  const files = await logFilesIn(folder);
  rename('a.log', 'a.log.1');
  write('a.log', 'new\n');
  const read: string[] = [];
  for (const file of files) for await (const { text } of linesFrom(folder, file)) read.push(text);
  assert.deepEqual(read, ['old']);
});

test('what is no line of ours is none', () => {
  for (const text of ['', '{"level":"info","ti', '7', 'null', '[]', '{"level":1,"time":"x"}', 'plain words'])
    assert.equal(readLine(text), null, text);
  assert.equal(readLine(lineAt(0, 'hello').trimEnd())?.line.msg, 'hello');
});
