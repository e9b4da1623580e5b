// Needs a kernel that gives version 2 the controllers, and a manager's cgroup that is handed them. Most test machines are not like that.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ownCgroup } from './real-cgroup.ts';

const MANAGER = fileURLToPath(new URL('../../fixtures/divides-cgroup.js', import.meta.url));

const handedOn = ownCgroup === null ? '' : readFileSync(`${ownCgroup}/cgroup.subtree_control`, 'utf8');
const withControllers = {
  skip:
    !['memory', 'pids', 'cpu'].every(name => handedOn.split(/\s/).includes(name)) &&
    'no controllers are handed on here',
};

interface Told {
  readonly holds: readonly string[];
  readonly why: string | null;
  readonly overrun: string | null;
  readonly exit: { readonly code: number | null; readonly signal: string | null };
  readonly output: string;
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly meanwhile: string;
  readonly afterwards: string;
}

/** Runs a manager in a scope of its own, beside `others`. */
async function inScope(t: TestContext, limits: object, script: string, others = ''): Promise<Told & { scope: string }> {
  const scope = `${ownCgroup}/scope-${randomUUID()}`;
  mkdirSync(scope);
  t.after(() => {
    for (const left of readdirSync(scope, { withFileTypes: true }))
      if (left.isDirectory()) rmdirSync(`${scope}/${left.name}`);
    rmdirSync(scope);
  });
  const gate = `echo 0 > "$1/cgroup.procs" && shift && ${others} "$@"`;
  const args = ['-c', gate, 'sh', scope, process.execPath, MANAGER, JSON.stringify(limits), script];
  const { stdout } = await promisify(execFile)('/bin/sh', args);
  return { ...(JSON.parse(stdout) as Told), scope };
}

const EATS = 'const all = []; setInterval(() => all.push(Buffer.alloc(8 * 2 ** 20, 1)), 5)';

test('who eats more memory than his limit is ended by the kernel, and the limit is named', withControllers, async t => {
  const told = await inScope(t, { memoryMb: 96 }, EATS, 'exec');
  assert.deepEqual([told.holds, told.why], [['memory'], null]);
  assert.deepEqual(told.exit, { code: null, signal: 'SIGKILL' });
  assert.equal(told.overrun, 'memory');
  assert.match(told.meanwhile, /\/holdfast-manager$/);
  assert.ok(told.scope.endsWith(told.afterwards), `${told.afterwards} is not ${told.scope}`);
  assert.equal(existsSync(`${told.scope}/holdfast-m`), false);
});

test('processor time is held back, not punished', withControllers, async t => {
  const burn = `const from = Date.now(), before = process.cpuUsage(); while (Date.now() - from < 1_500);
    const { user, system } = process.cpuUsage(before); console.log((user + system) / 10 / (Date.now() - from))`;
  const told = await inScope(t, { cpuPercent: 20 }, burn, 'exec');
  assert.deepEqual([told.holds, told.why, told.overrun], [['cpu'], null, null]);
  assert.deepEqual(told.exit, { code: 0, signal: null });
  assert.ok(Number(told.output) < 40, `${told.output} percent`);
});

test(
  'a limit of processes bounds the threads, against fork bombs, and is not held by the kernel',
  withControllers,
  async t => {
    const script = `const { readFileSync } = require('fs');
    const [, own] = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'));
    console.log(readFileSync('/sys/fs/cgroup' + own + '/pids.max', 'utf8'))`;
    const told = await inScope(t, { processes: 2 }, script, 'exec');
    assert.deepEqual([told.holds, told.why], [[], null]);
    assert.equal(told.output.trim(), '2048');
  },
);

test(
  'a manager that is not alone in its cgroup is told what to do, and stays where it is',
  withControllers,
  async t => {
    const told = await inScope(t, { memoryMb: 96 }, '1');
    assert.deepEqual(told.holds, []);
    assert.match(told.why ?? '', /shares the cgroup .*systemd-run/);
    assert.ok(told.scope.endsWith(told.meanwhile));
  },
);
