import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cliOf } from '../../../src/cli/context.ts';
import { manifestPath, readManifest, withManifest } from '../../../src/cli/import/manifest.ts';
import { type Change, rewireFiles } from '../../../src/cli/import/rewire-files.ts';
import { undoRewire } from '../../../src/cli/import/undo.ts';
import { withNothingLeft } from '../../support/leak-check.ts';

const WAS = '{"mcpServers":{"a":{"command":"a"}}}';
const IS = '{"mcpServers":{"holdfast":{"command":"holdfast","args":["connect"]}}}';

async function stage(t: TestContext) {
  const { folder } = await withNothingLeft(t);
  const cli = { ...cliOf({ json: false, stateDir: join(folder, 'state') }), env: {} };
  const change = (name: string): Change => {
    const file = join(folder, name);
    writeFileSync(file, WAS);
    const from = { client: 'cursor', file, project: null } as const;
    const result = { text: IS, added: [{ path: ['mcpServers', 'holdfast'], entry: {} }] };
    return { read: { from, real: file, text: WAS, found: [] }, replaced: [], result };
  };
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { folder, cli, change, text };
}

test('what a client writes into its file while it is rewired is not lost, and nothing of the try is left', async t => {
  const { folder, cli, change, text } = await stage(t);
  const mcp = change('mcp.json');
  const at = new Date();
  // It is asked for after the first look at the file.
  at.toISOString = () => {
    writeFileSync(mcp.read.real, `${WAS} `);
    return '2026-11-27T23:00:00.000Z';
  };
  const [outcome] = await rewireFiles(cli, [mcp], at);
  assert.match(outcome?.reason ?? '', /^it was changed since it was shown/);
  assert.equal(text('mcp.json'), `${WAS} `);
  assert.deepEqual(
    readdirSync(folder).filter(name => name.startsWith('mcp.json')),
    ['mcp.json'],
  );
  assert.deepEqual(await readManifest(manifestPath(cli)), []);
});

test('two that rewire at once are told apart, so that no file is forgotten', async t => {
  const { cli, change, text } = await stage(t);
  const [one, other] = [change('one.json'), change('other.json')];
  await withManifest(cli, async () => {
    await assert.rejects(rewireFiles(cli, [one], new Date()), /another "holdfast import" \(pid \d+\)/);
  });
  assert.equal(text('one.json'), WAS);
  await rewireFiles(cli, [one], new Date());
  await rewireFiles(cli, [other], new Date());
  assert.equal(text('one.json'), IS);
  assert.equal((await undoRewire(cli, 'leave', false, new Date())).length, 2);
  assert.deepEqual([text('one.json'), text('other.json')], [WAS, WAS]);
});

test('a file that cannot be brought back keeps none of the others from it', async t => {
  const { folder, cli, change, text } = await stage(t);
  const [one, other] = [change('one.json'), change('other.json')];
  await rewireFiles(cli, [one, other], new Date());
  // Its name is a folder's by now.
  rmSync(join(folder, 'one.json'));
  mkdirSync(join(folder, 'one.json'));
  const undone = await undoRewire(cli, 'leave', false, new Date());
  assert.deepEqual(
    undone.map(({ outcome }) => outcome),
    ['refused', 'restored'],
  );
  assert.match(undone[0]?.note ?? '', /EISDIR/);
  assert.equal(text('other.json'), WAS);
});
