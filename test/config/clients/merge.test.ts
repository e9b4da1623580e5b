import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientId, Entry, Found } from '../../../src/config/clients/client.ts';
import { mergeServers } from '../../../src/config/clients/merge.ts';
import { place } from './client-fixtures.ts';

const found = (client: ClientId, name: string, entry: Entry | null, project: string | null = null): Found => ({
  from: place(client, project),
  path: ['mcpServers', name],
  name,
  isSelf: false,
  entry,
  reason: entry === null ? 'no' : null,
  needs: [],
  notes: [],
});
const merge = (servers: readonly Found[], existing: Readonly<Record<string, unknown>> = {}) =>
  mergeServers(servers, existing, { folder: '/home/ada', os: 'linux' });
const short = (planned: ReturnType<typeof merge>) =>
  planned.map(
    ({ name, isKnown, from }) => `${name}${isKnown ? ' known' : ''}: ${from.map(one => one.from.client).join()}`,
  );

const x: Entry = { command: 'x', args: ['1'], env: { A: '1', B: '2' } };

test('the same launch is one server, whatever each client calls it', () => {
  const same: Entry = { command: 'x', args: ['1'], env: { B: '2', A: '1' } };
  assert.deepEqual(short(merge([found('cursor', 'a', x), found('vscode', 'b', same), found('codex', 'c', null)])), [
    'a: cursor,vscode',
  ]);
});

test('the same name with another launch is another server, and named after its client', () => {
  const y: Entry = { command: 'y' };
  const z: Entry = { command: 'z' };
  const planned = merge([found('cursor', 'a', x), found('vscode', 'a', y), found('vscode', 'a', z)]);
  assert.deepEqual(short(planned), ['a: cursor', 'a-vscode: vscode', 'a-vscode-2: vscode']);
  assert.deepEqual(planned[1]?.notes, ['renamed: another server is called "a"']);
});

test('other variables, headers or tools are another launch', () => {
  for (const [a, b] of [
    [x, { ...x, env: { A: '1' } }],
    [x, { ...x, envFile: '/e' }],
    [x, { ...x, holdfast: { tools: { include: ['t'] } } }],
    [{ url: 'https://a/' }, { url: 'https://a/', headers: { k: 'v' } }],
  ] satisfies [Entry, Entry][]) {
    assert.equal(merge([found('cursor', 'a', a), found('codex', 'a', b)]).length, 2, JSON.stringify(b));
  }
});

test('a server of a project keeps its folder, and serves those who did not care for one', () => {
  const inShop = { ...x, cwd: '/home/ada/shop' };
  const [one, ...none] = merge([found('cursor', 'a', x), found('claude-code', 'a', inShop, '/home/ada/shop')]);
  assert.equal(one?.entry.cwd, '/home/ada/shop');
  assert.deepEqual(none, []);
  assert.equal(merge([found('cursor', 'a', inShop), found('cursor', 'b', { ...x, cwd: '/elsewhere' })]).length, 2);
  assert.equal(merge([found('cursor', 'a', { ...x, cwd: '/home/ada' })])[0]?.entry.cwd, undefined);
});

test('what is configured already stays as it is, and keeps its name', () => {
  const existing = {
    mine: { command: 'x', args: ['1'], env: { A: 1, B: '2' }, holdfast: { replays: 0 } },
    a: { command: 'q' },
  };
  const planned = merge([found('cursor', 'a', x), found('vscode', 'a', { command: 'y' })], existing);
  assert.deepEqual(short(planned), ['mine known: cursor', 'a-vscode: vscode']);
  assert.equal(merge([found('cursor', 'a', { ...x, cwd: '/elsewhere' })], { a: x })[0]?.name, 'a-cursor');
});

test('a server that one client has switched off is on where another has it on, and the longer deadline counts', () => {
  const off = { ...x, disabled: true, holdfast: { callTimeoutMs: 10 } };
  const on = { ...x, holdfast: { callTimeoutMs: 20 } };
  for (const pair of [
    [off, on],
    [on, off],
  ]) {
    const [one] = merge(pair.map((entry, index) => found(index === 0 ? 'cursor' : 'codex', 'a', entry)));
    assert.equal(one?.entry.disabled, undefined);
    assert.deepEqual(one?.entry.holdfast, { callTimeoutMs: 20 });
    assert.match(one?.notes.join() ?? '', /switched on/);
  }
  assert.equal(merge([found('cursor', 'a', off), found('codex', 'a', off)])[0]?.entry.disabled, true);
});
