import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { Catalogue } from '../../src/session/catalogue.ts';
import { handshakeOf } from '../../src/session/handshake.ts';
import { fileStore, type Kept, memoryStore } from '../../src/session/kept-store.ts';

const LAUNCH = ['node', ['server.js'], { TOKEN: 'secret' }];

function stateFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-catalogue-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const INITIALIZE = '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"a","x":1.0}}';

function filled(): Kept {
  const catalogue = new Catalogue();
  catalogue.replace('tools', [{ key: 'a', raw: '{"name":"a","n":12345678901234567890,"f":1.0}' }]);
  catalogue.replace('prompts', []);
  return {
    catalogue,
    handshake: handshakeOf(INITIALIZE, JSON.parse(INITIALIZE), 'modern'),
    askingTools: new Set(['asks']),
    profile: { capabilities: { roots: {} }, roots: '{"roots":[]}' },
    modernAt: 1_800_000_000_000,
  };
}

test('what was kept comes back, raw texts and all; what was never read stays unread', t => {
  const folder = stateFolder(t);
  fileStore(folder, LAUNCH).save(filled());
  const { catalogue: loaded, ...rest } = fileStore(folder, LAUNCH).load();
  assert.equal(loaded.result('tools'), '{"tools":[{"name":"a","n":12345678901234567890,"f":1.0}]}');
  assert.deepEqual([loaded.list('prompts'), loaded.list('resources')], [[], null]);
  const { catalogue: _, ...kept } = filled();
  assert.deepEqual(rest, kept);
  assert.equal(rest.handshake?.result, INITIALIZE, 'raw');
});

test('a file of the version before this has the lists, and says no more', t => {
  const folder = stateFolder(t);
  const store = fileStore(folder, LAUNCH);
  store.save(filled());
  const file = join(folder, 'catalogue', readdirSync(join(folder, 'catalogue'))[0] ?? '');
  writeFileSync(file, '{"version":1,"lists":{"tools":[{"key":"a","raw":"{\\"name\\":\\"a\\"}"}]}}');
  const { catalogue, handshake, askingTools, ...rest } = store.load();
  assert.deepEqual([catalogue.list('tools')?.length, handshake, askingTools.size], [1, null, 0]);
  assert.deepEqual(rest, { profile: null, modernAt: null });
});

test('another command, argument or variable begins afresh', t => {
  const folder = stateFolder(t);
  fileStore(folder, LAUNCH).save(filled());
  for (const other of [
    ['node', ['other.js'], { TOKEN: 'secret' }],
    ['node', ['server.js'], { TOKEN: 'new' }],
  ]) {
    assert.equal(fileStore(folder, other).load().catalogue.list('tools'), null);
  }
});

test('one file is left, for its owner alone, and its name tells nothing', t => {
  const folder = stateFolder(t);
  const store = fileStore(folder, LAUNCH);
  for (let i = 0; i < 3; i++) store.save(filled());
  const files = readdirSync(join(folder, 'catalogue'));
  assert.equal(files.length, 1);
  assert.match(files[0] ?? '', /^[0-9a-f]{32}\.json$/);
  const file = join(folder, 'catalogue', files[0] ?? '');
  assert.ok(!readFileSync(file, 'utf8').includes('secret'));
  if (os !== 'windows') assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('a damaged file is worth as much as none', t => {
  const folder = stateFolder(t);
  const store = fileStore(folder, LAUNCH);
  assert.equal(store.load().catalogue.list('tools'), null, 'none at all');
  store.save(filled());
  const file = join(folder, 'catalogue', readdirSync(join(folder, 'catalogue'))[0] ?? '');
  for (const text of [
    '',
    '{"version":1,"lists":{"too',
    'null',
    '7',
    '[]',
    '{"version":3,"lists":{"tools":[]}}',
    '{"version":2,"lists":{},"initialize":"{"}',
    '{"version":1}',
    '{"version":1,"lists":null}',
    '{"version":1,"lists":{"tools":{}}}',
    '{"version":1,"lists":{"tools":[{"key":"a"}]}}',
    '{"version":1,"lists":{"tools":[null]}}',
    '{"version":1,"lists":{"tools":[{"key":"a","raw":"{not json"}]}}',
  ]) {
    writeFileSync(file, text);
    assert.equal(store.load().catalogue.list('tools'), null, text);
    assert.equal(store.load().handshake, null, text);
  }
  store.save(filled());
  assert.equal(store.load().catalogue.list('tools')?.length, 1);
});

test('without a state folder nothing is kept', () => {
  memoryStore.save(filled());
  assert.equal(memoryStore.load().catalogue.list('tools'), null);
});
