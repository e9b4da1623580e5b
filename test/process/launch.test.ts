import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { os } from '../../src/platform/platform.ts';
import { eventually } from '../support/eventually.ts';
import { fixture } from '../support/fixture.ts';
import { isAlive, type Sandbox, withNothingLeft } from '../support/leak-check.ts';
import { begin, live, planOf } from '../support/lived.ts';

const isWindows = os === 'windows';
const cannotClose = 'libuv never closes a standard stream there, so that no Node process can';
const node = (sandbox: Sandbox, script: string) => live(sandbox, planOf(sandbox, process.execPath, ['-e', script]));
/** Enough for Node to stay alive when its stdin has nothing to say. */
const STAY = 'setInterval(() => {}, 60_000);';

describe('one life of a process', { concurrency: 2 }, () => {
  test('its end is told while a child of it still holds the pipe', {
    skip: isWindows && 'a Node process takes its children along',
  }, async t => {
    const { life, call, ends } = await begin(await withNothingLeft(t), 'holds-stdout');
    const child = Number(await call('child-pid'));
    life.stdin.write('{"jsonrpc":"2.0","id":"die","method":"tools/call","params":{"name":"die"}}');
    await eventually(() => ends.length > 0, { what: 'the exit to be told' });
    assert.deepEqual(ends, ['exit 1 null']);
    assert.equal(await isAlive(child), true, 'the child still has the pipe');
  });

  test('the last answer before an exit is heard before the exit', async t => {
    const heard = await node(
      await withNothingLeft(t),
      `process.stdout.write('{"jsonrpc":"2.0","id":1}\\n' .repeat(1_000))`,
    );
    await eventually(() => heard.ends.length > 0, { what: 'the exit to be told' });
    assert.deepEqual([heard.lines.length, heard.ends], [1_000, ['exit 0 null']]);
  });

  test('nothing is handed to a process that has exited, also while its last words are waited for', async t => {
    const { life, ends } = await node(await withNothingLeft(t), 'process.exit(0)');
    await life.exited;
    await new Promise(resolve => queueMicrotask(() => resolve(null)));
    const late = life.stdin.write('{"jsonrpc":"2.0","method":"anything"}');
    assert.equal(late?.withdraw(), true, 'it can be sent to the next life');
    await eventually(() => ends.length > 0, { what: 'the exit to be told' });
  });

  test('a process that closes its stdout and lives on has lost its connection', {
    skip: isWindows && cannotClose,
  }, async t => {
    const { ends } = await node(await withNothingLeft(t), `require('fs').closeSync(1); ${STAY}`);
    await eventually(() => ends.length > 0, { what: 'the loss to be told' });
    assert.deepEqual(ends, ['lost CONNECTION_LOST']);
  });

  test('a process that closes its stdin and lives on has lost it, too', { skip: isWindows && cannotClose }, async t => {
    const { life, noise, ends } = await node(
      await withNothingLeft(t),
      `require('fs').closeSync(0); console.log('closed'); ${STAY}`,
    );
    await eventually(() => noise.includes('closed'), { what: 'its stdin to be closed' });
    life.stdin.write('{"jsonrpc":"2.0","method":"anything"}');
    await eventually(() => ends.length > 0, { what: 'the loss to be told' });
    assert.deepEqual(ends, ['lost CONNECTION_LOST']);
  });

  test('a pipe that breaks because the process dies is told as its exit only', async t => {
    const { life, ends } = await node(await withNothingLeft(t), `setTimeout(() => process.exit(3), 20)`);
    await life.exited;
    life.stdin.write('{"jsonrpc":"2.0","method":"anything"}');
    await eventually(() => ends.length > 0, { what: 'the exit to be told' });
    assert.deepEqual(ends, ['exit 3 null']);
  });

  test('10 MB of stderr are read, and forty lines kept', async t => {
    const { life, stderr } = await begin(await withNothingLeft(t), 'floods-stderr');
    assert.ok(stderr.length > 90_000, `${stderr.length} lines were passed on`);
    assert.equal(life.stderr.lines().length, 40);
  });

  test('what is no message on stdout is kept as noise, the first line of it for good', async t => {
    const { life, lines, noise } = await begin(await withNothingLeft(t), 'banners');
    assert.equal(life.noise.first(), '*** Banner Server 1.0 ***');
    assert.ok(noise.includes('Listening on stdio...'));
    assert.equal(lines.length, 1, 'and the answer was found in between');
  });

  test('garbage without an end is skipped, and takes no memory', async t => {
    const sandbox = await withNothingLeft(t);
    const { command, args } = fixture('garbage', 'no-newline');
    const { life, lines } = await live(sandbox, planOf(sandbox, command, args), 1_000);
    await eventually(async () => (await life.group.members()).length > 0, { what: 'it to run' });
    life.closeStdin();
    assert.equal(((await life.exited) as { code: number }).code, 0);
    assert.deepEqual(lines, []);
  });

  test('a line over the limit is told with its id, and the next one is heard', async t => {
    const script = `process.stdout.write('{"jsonrpc":"2.0","id":7,"result":"' + 'x'.repeat(2_000_000) + '"}\\n{"jsonrpc":"2.0","id":8}\\n')`;
    const { lines, oversize, ends } = await node(await withNothingLeft(t), script);
    await eventually(() => ends.length > 0, { what: 'the exit to be told' });
    assert.deepEqual(
      oversize.map(({ id, hasMethod }) => ({ id, hasMethod })),
      [{ id: '7', hasMethod: false }],
    );
    assert.deepEqual(lines, ['{"jsonrpc":"2.0","id":8}']);
  });

  test('what cannot be started says why, and leaves nothing', async t => {
    const sandbox = await withNothingLeft(t);
    const missing = join(sandbox.folder, 'no-such-program');
    const codeOf = async (plan: ReturnType<typeof planOf>) => {
      const error = await live(sandbox, plan).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof HoldfastError);
      return `${error.category} ${error.code}`;
    };
    assert.equal(await codeOf(planOf(sandbox, missing, [])), 'process PROCESS_COMMAND_NOT_FOUND');
    assert.equal(
      await codeOf({ ...planOf(sandbox, process.execPath, []), cwd: missing }),
      'process PROCESS_CWD_MISSING',
    );
    if (!isWindows) assert.equal(await codeOf(planOf(sandbox, sandbox.folder, [])), 'process PROCESS_NOT_EXECUTABLE');
  });

  test('every process knows the cookie of its own life', {
    skip: os !== 'linux' && 'only Linux looks for the cookie',
  }, async t => {
    const sandbox = await withNothingLeft(t);
    const script = `console.log(process.env.HOLDFAST_COOKIE); ${STAY}`;
    const [one, two] = await Promise.all([node(sandbox, script), node(sandbox, script)]);
    await eventually(() => one.noise.length > 0 && two.noise.length > 0, { what: 'both cookies' });
    assert.notEqual(one.noise[0], two.noise[0]);
    assert.deepEqual(await one.life.group.members(), [one.life.pid]);
  });
});
