import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Known } from '../../../src/cli/stdio/connect-machine.ts';
import { Connection, type Managers } from '../../../src/cli/stdio/connection.ts';
import type { Host } from '../../../src/cli/stdio/host.ts';
import { unableError } from '../../../src/cli/stdio/unable-error.ts';
import { HoldfastError } from '../../../src/errors/holdfast-error.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const other: Known = { key: 'other', url: 'http://127.0.0.1:1/mcp', isGuest: true };
const own: Known = { key: 'own', url: 'http://127.0.0.1:2/mcp', isGuest: true };
const HEARD = { isSessionLost: false, wasHeard: true };
const gone = new HoldfastError('CONNECTION_LOST');

/** A state folder that a test plays, and the bridge of one client before it. */
function stage(areFar = false) {
  const clock = new FakeClock();
  const story: string[] = [];
  const client = { isWaiting: true };
  const world = {
    isSilent: false,
    holder: null as Known | null,
    whyNot: null as Error | null,
    winning: Promise.resolve(),
  };
  let shutdown: () => void = () => assert.fail('nobody hosts');
  const managers: Managers = {
    areFar,
    async find() {
      if (world.isSilent) throw new HoldfastError('CONNECTION_MANAGER_SILENT');
      return world.holder;
    },
    token: async () => 'a token',
    async host(onShutdown): Promise<Host> {
      story.push('race');
      shutdown = onShutdown;
      await world.winning;
      if (world.whyNot !== null) throw world.whyNot;
      world.holder = own;
      const close = async () => {
        story.push('close');
        world.holder = null;
        return [7];
      };
      return { manager: own, hasten: () => void story.push('hasten'), close };
    },
  };
  const connection = new Connection({
    clock,
    managers,
    bridge: {
      join: () => void story.push('join'),
      fail: ({ code }) => void story.push(`fail ${code}`),
    },
    isAwaited: () => client.isWaiting,
    explain: cause => unableError(cause, text => text),
    maxMessageBytes: 1_000,
    onUnable: (_error, isFirst) => void story.push(isFirst ? 'unable at first' : 'unable'),
    onAway: ({ code }) => void story.push(`away ${code}`),
    onFail: error => assert.fail(String(error)),
  });
  return { clock, story, world, client, connection, shutdown: () => shutdown() };
}

test('who finds a manager joins it, and has nothing to end', async () => {
  const { clock, story, world, connection } = stage();
  world.holder = other;
  connection.start();
  await clock.advance(0);
  assert.deepEqual(story, ['join']);
  assert.deepEqual(await connection.leave(), []);
  assert.deepEqual([story, clock.pending], [['join'], []]);
});

test('who finds none hosts one, and ends it when he leaves, with what is left', async () => {
  const { clock, story, connection } = stage();
  connection.start();
  await clock.advance(0);
  assert.deepEqual(story, ['race', 'join']);
  connection.hasten();
  assert.deepEqual(await connection.leave(), [7]);
  assert.deepEqual(await connection.leave(), [7], 'a second time is harmless');
  assert.deepEqual(story, ['race', 'join', 'hasten', 'close']);
});

test('who was outrun joins the winner', async () => {
  const { clock, story, world, connection } = stage();
  world.whyNot = new HoldfastError('PROCESS_MANAGER_RUNNING');
  connection.start();
  await clock.advance(0);
  world.holder = other;
  await clock.advance(100);
  assert.deepEqual(story, ['race', 'join']);
});

test('a manager that is won after its client has left is ended again', async () => {
  const { clock, story, world, connection } = stage();
  let win = () => {};
  world.winning = new Promise(resolve => {
    win = resolve;
  });
  connection.start();
  await clock.advance(0);
  const left = connection.leave();
  win();
  assert.deepEqual(await left, [7]);
  assert.deepEqual(story, ['race', 'close']);
});

test('a manager that is lost is looked for, and replaced when it is gone', async () => {
  const { clock, story, world, connection } = stage();
  world.holder = other;
  connection.start();
  await clock.advance(0);
  connection.lost(gone, HEARD);
  await clock.advance(500);
  assert.deepEqual(story, ['join'], 'it still holds the folder');
  world.holder = null;
  await clock.advance(100);
  assert.deepEqual(story, ['join', 'race', 'join']);
});

test('somebody who ends the manager that we host has three seconds to start another', async () => {
  const { clock, story, connection, shutdown, world } = stage();
  connection.start();
  await clock.advance(0);
  shutdown();
  connection.lost(gone, HEARD);
  await clock.advance(2_900);
  assert.deepEqual(story, ['race', 'join', 'close']);
  world.holder = { ...other, isGuest: false };
  await clock.advance(100);
  assert.deepEqual(story, ['race', 'join', 'close', 'join']);
});

test('also where he is so quick that it still opens', async () => {
  const { clock, story, world, connection, shutdown } = stage();
  let open = () => {};
  world.winning = new Promise(resolve => {
    open = resolve;
  });
  connection.start();
  await clock.advance(0);
  shutdown();
  open();
  await clock.advance(2_900);
  assert.deepEqual(story, ['race', 'join', 'close']);
  await connection.leave();
});

test('and where he does not, we host again', async () => {
  const { clock, story, connection, shutdown } = stage();
  connection.start();
  await clock.advance(0);
  shutdown();
  await clock.advance(3_100);
  assert.deepEqual(story, ['race', 'join', 'close', 'race', 'join']);
  assert.deepEqual(await connection.leave(), [7]);
  assert.equal(story.at(-1), 'close');
});

test('where no manager can run, who waits is told, and then whoever runs this command', async () => {
  const { clock, story, world, connection } = stage();
  world.whyNot = new Error('the configuration is wrong');
  connection.start();
  await clock.advance(0);
  assert.deepEqual(story.slice(0, 3), ['race', 'fail CONNECTION_NO_MANAGER', 'unable at first']);
  await connection.leave();
});

test('a client that has asked nothing yet is told by the answer to its first request', async () => {
  const { clock, story, world, client, connection } = stage();
  world.whyNot = new Error('the configuration is wrong');
  client.isWaiting = false;
  connection.start();
  await clock.advance(4_000);
  assert.equal(story.includes('unable at first'), false);
  connection.asked();
  assert.deepEqual(story.slice(-2), ['fail CONNECTION_NO_MANAGER', 'unable at first']);
  await connection.leave();
});

test('one that asks nothing at all is not waited for longer than until the next try', async () => {
  const { clock, story, world, client, connection } = stage();
  world.whyNot = new Error('the configuration is wrong');
  client.isWaiting = false;
  connection.start();
  await clock.advance(5_000);
  assert.equal(story.includes('unable at first'), true);
  await connection.leave();
});

test('and where the next try succeeds, there is nothing to tell', async () => {
  const { clock, story, world, client, connection } = stage();
  world.whyNot = new Error('the configuration is wrong');
  client.isWaiting = false;
  connection.start();
  await clock.advance(0);
  world.whyNot = null;
  await clock.advance(5_000);
  connection.asked();
  assert.deepEqual([story.at(-1), story.includes('unable at first')], ['join', false]);
  world.whyNot = new Error('wrong again');
  world.holder = null;
  connection.lost(gone, HEARD);
  await clock.advance(200);
  assert.equal(story.includes('unable at first'), false);
  await connection.leave();
});

test('a manager that refuses us is told to whoever waits', async () => {
  const { clock, story, world, connection } = stage();
  world.holder = other;
  connection.start();
  await clock.advance(0);
  connection.lost(new HoldfastError('NETWORK_AUTH'), HEARD);
  assert.deepEqual(story, ['join', 'fail NETWORK_AUTH']);
  await connection.leave();
});

test('a manager elsewhere that cannot be reached is told once, until it was reached again', async () => {
  const { clock, story, world, connection } = stage(true);
  world.holder = other;
  connection.start();
  const refused = new HoldfastError('NETWORK_REFUSED');
  const SILENT = { isSessionLost: false, wasHeard: false };
  const tries = async (...losses: readonly { isSessionLost: boolean; wasHeard: boolean }[]) => {
    for (const loss of losses) {
      await clock.advance(1_500);
      connection.lost(refused, loss);
    }
    return story.splice(0).filter(what => what !== 'join');
  };
  assert.deepEqual(await tries(SILENT, SILENT, SILENT), ['away NETWORK_REFUSED']);
  assert.deepEqual(await tries(HEARD, SILENT), ['away NETWORK_REFUSED'], 'it had said something');
  await clock.advance(20_000);
  assert.deepEqual(await tries(SILENT, SILENT), ['away NETWORK_REFUSED'], 'it had been there, and silent');
  assert.deepEqual(await tries({ isSessionLost: true, wasHeard: false }), [], 'it is there');
  await connection.leave();
});

test('of one on this machine nothing is told: another takes over', async () => {
  const { clock, story, world, connection } = stage();
  world.holder = other;
  connection.start();
  await clock.advance(0);
  connection.lost(gone, HEARD);
  assert.deepEqual(story, ['join']);
  await connection.leave();
});

test('of a manager that does not answer, what waits is told each time and stderr once, and it is joined when it goes on', async () => {
  const { clock, story, world, connection } = stage();
  world.holder = other;
  world.isSilent = true;
  connection.start();
  await clock.advance(0);
  const fail = 'fail CONNECTION_MANAGER_SILENT';
  assert.deepEqual(story, ['unable', fail]);
  await clock.advance(5_000);
  assert.deepEqual(story, ['unable', fail, fail]);
  world.isSilent = false;
  await clock.advance(5_000);
  assert.deepEqual(story, ['unable', fail, fail, 'join']);
  await connection.leave();
});
