import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readHolder } from '../../src/daemon/instance-lock.ts';
import { withNothingLeft } from '../support/leak-check.ts';

const own = fileURLToPath(import.meta.url);
const program = fileURLToPath(new URL(`../fixtures/lock-contender${extname(own)}`, import.meta.url));

interface Contender {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  ask(word: string): Promise<string>;
}

async function contenders(t: TestContext, count: number): Promise<{ stateDir: string; all: Contender[] }> {
  const { folder, env, later } = await withNothingLeft(t);
  const stateDir = join(folder, 'state');
  const start = async (): Promise<Contender> => {
    const child = spawn(process.execPath, [program, stateDir], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    later(() => child.kill('SIGKILL'));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => String((await lines.next()).value);
    assert.equal(await next(), 'ready');
    return {
      child,
      ask: word => {
        child.stdin.write(`${word}\n`);
        return next();
      },
    };
  };
  return { stateDir, all: await Promise.all(Array.from({ length: count }, start)) };
}

/** All of them at once; the one that won. */
async function race(all: readonly Contender[]): Promise<Contender> {
  const answers = await Promise.all(all.map(({ ask }) => ask('go')));
  const winners = all.filter((_, at) => answers[at] === 'won');
  assert.equal(winners.length, 1, answers.join(', '));
  const [winner] = winners;
  assert.ok(winner);
  const refusals = answers.filter(answer => answer !== 'won');
  assert.deepEqual([...new Set(refusals)], [`refused ${winner.child.pid}`]);
  return winner;
}

test('of twenty managers that start at once exactly one wins, and again whenever the winner was killed', async t => {
  const { stateDir, all } = await contenders(t, 20);
  let left = all;
  for (let round = 1; round <= 8; round++) {
    const winner = await race(left);
    assert.equal((await readHolder(stateDir))?.pid, winner.child.pid);
    assert.deepEqual(
      readdirSync(stateDir).filter(name => !name.startsWith('lock.tmp.')),
      [`lock.${round}`],
    );
    winner.child.kill('SIGKILL');
    await once(winner.child, 'exit');
    assert.equal(await readHolder(stateDir), null);
    left = left.filter(contender => contender !== winner);
  }
});

test('contenders that start while the holder lets go find one winner, or none who could have won', async t => {
  const { stateDir, all } = await contenders(t, 6);
  for (let round = 1; round <= 10; round++) {
    const winner = await race(all);
    const others = all.filter(contender => contender !== winner);
    const [released, ...answers] = await Promise.all([winner.ask('release'), ...others.map(({ ask }) => ask('go'))]);
    assert.equal(released, 'released');
    const next = others.filter((_, at) => answers[at] === 'won');
    assert.ok(next.length <= 1, answers.join(', '));
    assert.equal((await readHolder(stateDir))?.pid ?? null, next[0]?.child.pid ?? null);
    assert.equal((await next[0]?.ask('release')) ?? 'released', 'released');
  }
});
