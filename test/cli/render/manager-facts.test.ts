import assert from 'node:assert/strict';
import { test } from 'node:test';
import { managerFacts } from '../../../src/cli/render/manager-facts.ts';
import { plainTheme } from '../../../src/cli/render/theme.ts';
import type { ServerStatus } from '../../../src/supervisor/status.ts';

const manager = {
  pid: 1,
  version: '1.0.0',
  uptimeMs: 1,
  url: 'http://127.0.0.1:4653/mcp',
  sessions: 2,
  clients: 2,
  token: '/state/token',
  config: '/home/ada/work/of/some/years/holdfast.json',
  stateDir: '/state',
};
const facts = (
  changes: Parameters<typeof managerFacts>[0] = {},
  width = 80,
  servers: Parameters<typeof managerFacts>[1] = [],
) => managerFacts({ ...manager, ...changes }, servers, width, plainTheme);

test('where a manager is reached, and where its things are', () => {
  assert.deepEqual(facts(), [
    'endpoint  http://127.0.0.1:4653/mcp',
    'token in  /state/token',
    'sessions  2',
    'config    /home/ada/work/of/some/years/holdfast.json',
    'state     /state',
  ]);
});

test('what has no room beside its name stands below it, whole', () => {
  assert.deepEqual(facts({}, 40).slice(3, 5), ['config', '/home/ada/work/of/some/years/holdfast.json']);
  assert.deepEqual(facts({}, 30).slice(0, 2), ['endpoint', 'http://127.0.0.1:4653/mcp']);
});

test('who sees to it that nothing outlives the manager, and what an earlier one had left', () => {
  const journal = { path: '/state/journal/1.journal', why: null };
  const of = (guardian: { pid: number | null; why: string | null }, pids: readonly number[]) => {
    const found = pids.length === 0 ? [] : [{ server: 'files', pids, containers: [], survivors: [] }];
    return facts({ containment: { guardian, journal, lastSweep: { at: 0, found } } }).slice(5);
  };
  const [guardian, kept, sweep] = of({ pid: 7, why: null }, []);
  assert.deepEqual([guardian, kept], ['guardian  pid 7', 'journal   /state/journal/1.journal']);
  assert.match(sweep ?? '', /^sweep {5}at \d\d:\d\d:\d\d, after managers that were killed: nothing was left$/);
  const [none, , ended] = of({ pid: null, why: 'there is no /bin/sh' }, [4, 5]);
  assert.equal(none, 'guardian  none: there is no /bin/sh');
  assert.match(ended ?? '', /ended files \(pid 4, 5\)$/);
});

test('what holds the servers together, each kind once', () => {
  const held = (...containers: readonly ({ kind: string; level: 'atomic' | 'swept'; why: string | null } | null)[]) =>
    facts(
      {},
      80,
      containers.map(container => ({ container: container && { ...container, holds: [] } }) as unknown as ServerStatus),
    )[5];
  assert.equal(held(null), undefined);
  const cgroup = { kind: 'cgroup', level: 'atomic', why: null } as const;
  assert.equal(held(cgroup, null, cgroup), 'held in   cgroup (atomic)');
  const group = { kind: 'group', level: 'swept', why: 'no gate' } as const;
  assert.equal(held(cgroup, group), 'held in   cgroup (atomic) · group (swept): no gate');
});

test('a token that is none, or in no file', () => {
  assert.equal(facts({ token: null })[1], 'token     none is asked for');
  assert.equal(facts({ token: 'HOLDFAST_TOKEN' })[1], 'token     from HOLDFAST_TOKEN of whoever started it');
});

test('without an endpoint there is nothing to say of it, and of an older manager not everything is known', () => {
  assert.deepEqual(facts({ url: null, config: null, token: null }), ['state     /state']);
  assert.deepEqual(managerFacts({ pid: 1, url: manager.url, clients: 2 }, [], 80, plainTheme), [
    'endpoint  http://127.0.0.1:4653/mcp',
  ]);
});
