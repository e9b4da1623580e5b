import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { os } from '../../src/platform/platform.ts';
import { Journal, type KeptLife, readJournal } from '../../src/process/journal.ts';

const SELF = { mark: 'mark', pid: 41, startedAt: '7', bootId: 'boot', pidSpace: null };

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'journal');
}

const read = (journal: Journal) => readJournal(readFileSync(journal.path, 'utf8'));

test('what was told last of each life is read', t => {
  const journal = new Journal(folderOf(t), SELF);
  t.after(() => journal.close());
  journal.append({ type: 'expected', cookie: 'a', server: 'files' }, []);
  journal.append({ type: 'born', cookie: 'a', pid: 5, startedAt: '9', folder: '/cg' }, []);
  journal.append({ type: 'expected', cookie: 'b', server: 'web' }, []);
  journal.append({ type: 'expected', cookie: 'c', server: 'gone' }, []);
  journal.append({ type: 'gone', cookie: 'c' }, []);
  assert.deepEqual(read(journal), {
    manager: { type: 'manager', ...SELF },
    lives: [
      { cookie: 'a', server: 'files', pid: 5, startedAt: '9', folder: '/cg' },
      { cookie: 'b', server: 'web', pid: null, startedAt: null, folder: null },
    ],
  });
});

test('only its owner may read it', { skip: os === 'windows' && 'modes are of POSIX' }, t => {
  const folder = folderOf(t);
  const journal = new Journal(folder, SELF);
  t.after(() => journal.close());
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(journal.path).mode & 0o777, 0o600);
});

test('however much of it reached the disk, what is read is what was true at some moment', t => {
  const journal = new Journal(folderOf(t), SELF);
  t.after(() => journal.close());
  const states = [JSON.stringify([])];
  const lives = new Map<string, KeptLife>();
  for (const cookie of ['a', 'b', 'c']) {
    lives.set(cookie, { cookie, server: 's', pid: null, startedAt: null, folder: null });
    journal.append({ type: 'expected', cookie, server: 's' }, lives.values());
    states.push(JSON.stringify([...lives.values()]));
  }
  lives.delete('b');
  journal.append({ type: 'gone', cookie: 'b' }, lives.values());
  states.push(JSON.stringify([...lives.values()]));
  const text = readFileSync(journal.path, 'utf8');
  const firstLine = text.indexOf('\n') + 1;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: text.length }), length => {
      const state = readJournal(text.slice(0, length));
      if (length < firstLine) return assert.equal(state, null);
      assert.ok(states.includes(JSON.stringify(state?.lives)));
    }),
  );
});

test('a text that is no journal is read as none', () => {
  for (const text of [
    '',
    '{}\n',
    'nonsense\n',
    'null\n',
    '{"type":"born","cookie":"a","pid":1}\n',
    '{"type":"later"}\n',
    '{"type":"manager","mark":""}\n',
    '{"type":"manager","mark":"m"}\n{"type":"born","cookie":"a","pid":1}\n',
    '{"type":"manager","mark":"m"}\n{"type":"expected","cookie":""}\n',
  ]) {
    assert.equal(readJournal(text), null, text);
  }
});

test('it does not grow with time, and at no moment is there none', t => {
  const folder = folderOf(t);
  const journal = new Journal(folder, SELF);
  t.after(() => journal.close());
  const kept: KeptLife = { cookie: 'kept', server: 's', pid: 4, startedAt: '1', folder: null };
  journal.append({ type: 'expected', cookie: 'kept', server: 's' }, [kept]);
  journal.append({ type: 'born', cookie: 'kept', pid: 4, startedAt: '1', folder: null }, [kept]);
  for (let n = 0; n < 5_000; n++) {
    const cookie = `passing ${n}`;
    journal.append({ type: 'expected', cookie, server: 's' }, [
      kept,
      { ...kept, cookie, pid: null, startedAt: null, folder: null },
    ]);
    journal.append({ type: 'gone', cookie }, [kept]);
  }
  assert.deepEqual(read(journal)?.lives, [kept]);
  assert.ok(readFileSync(journal.path, 'utf8').split('\n').length < 2_100);
  assert.deepEqual(readdirSync(folder).length, 1);
});

test('closed twice, it takes nobody else’s descriptor along; what is appended then is lost', t => {
  const folder = folderOf(t);
  const journal = new Journal(folder, SELF);
  journal.close();
  const other = new Journal(folder, { ...SELF, mark: 'other' });
  journal.close();
  journal.append({ type: 'gone', cookie: 'a' }, []);
  other.append({ type: 'expected', cookie: 'b', server: 's' }, []);
  assert.equal(read(other)?.lives.length, 1);
  other.remove();
  assert.deepEqual(readdirSync(folder), ['mark.journal']);
});

test('a state folder that is cleared while it runs gets its journal again', {
  skip: os === 'windows' && 'no folder with an open file can be removed there',
}, t => {
  const folder = folderOf(t);
  const journal = new Journal(folder, SELF);
  t.after(() => journal.close());
  const kept: KeptLife = { cookie: 'kept', server: 's', pid: 4, startedAt: '1', folder: null };
  journal.append({ type: 'expected', cookie: 'kept', server: 's' }, [kept]);
  rmSync(folder, { recursive: true });
  const next = { ...kept, cookie: 'next', pid: null, startedAt: null };
  journal.append({ type: 'expected', cookie: 'next', server: 's' }, [kept, next]);
  assert.deepEqual(read(journal)?.lives, [kept, next]);
});
