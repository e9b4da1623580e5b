// Clients whose roots nobody knows beforehand, such as those of 2026-07-28: they are asked during a call.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { served } from '../support/managed.ts';
import { pool } from '../support/pool.ts';

const UNTOLD = { capabilities: { roots: {} } };
const OF_ALICE = { roots: [{ uri: 'file:///home/alice' }] };

describe('a client’s roots that a server has asked for', { concurrency: 2 }, () => {
  test('are with no process that serves another client, at the same time or later', async t => {
    const { attach, instances } = await pool(t, served('well-behaved'));
    const [alice, bob] = [attach(UNTOLD), attach(UNTOLD)];
    alice.answer = OF_ALICE;
    const pid = await alice.pid();
    assert.equal(await bob.pid(), pid, 'nothing is known of either yet');
    await bob.request('resources/subscribe', { uri: 'test://greeting' });
    assert.match(await alice.call('ask-roots'), /alice/);
    assert.equal(await alice.pid(), pid);
    const { pid: other, subscriptions } = await bob.info();
    assert.notEqual(other, pid);
    assert.deepEqual([subscriptions, bob.asked], [['test://greeting'], []]);
    alice.attachment.detach();
    await eventually(() => instances().every(one => one.state === 'ready' && one.pid !== pid), {
      what: 'a process that knows nothing of alice',
    });
  });

  test('may be asked for again, each time for a client that says the same of itself', async t => {
    const { attach } = await pool(t, served('well-behaved'));
    const pids = new Set<number>();
    for (const name of ['alice', 'bob', 'alice']) {
      const client = attach(UNTOLD);
      client.answer = { roots: [{ uri: `file:///home/${name}` }] };
      assert.match(await client.call('ask-roots'), new RegExp(name));
      pids.add(await client.pid());
      client.attachment.detach();
    }
    assert.equal(pids.size, 3);
  });

  test('leave the process to others once they are known: those who have the same', async t => {
    const { attach } = await pool(t, served('well-behaved'));
    const alice = attach(UNTOLD);
    alice.answer = OF_ALICE;
    await alice.call('ask-roots');
    const told = { ...UNTOLD, roots: JSON.stringify(OF_ALICE), clientInfo: { name: 'fake', version: '1' } };
    alice.attachment.setProfile(told);
    assert.equal(await attach(told).pid(), await alice.pid());
  });

  test('of the host are for no client either', async t => {
    const { attach, supervisor } = await pool(t, served('well-behaved'), { handlers: { roots: OF_ALICE.roots } });
    const host = supervisor.client('one');
    const bob = attach(UNTOLD);
    bob.answer = { roots: [] };
    await bob.pid();
    assert.match(JSON.stringify(await host.callTool('ask-roots', {})), /alice/);
    const own = JSON.stringify(await host.callTool('pid', {}));
    assert.doesNotMatch(own, new RegExp(`"${await bob.pid()}"`));
    assert.match(await bob.call('ask-roots'), /\[\]/);
  });
});
