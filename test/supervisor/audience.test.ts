import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestOf } from '../../src/session/call.ts';
import { AskingTools, ROOTS } from '../../src/supervisor/asking-tools.ts';
import { Audience } from '../../src/supervisor/audience.ts';
import type { Instance } from '../../src/supervisor/instance.ts';
import type { Member } from '../../src/supervisor/member.ts';

class FakeMember implements Member {
  readonly kind: Member['kind'];
  readonly isGone = false;
  hasMadeRoom = false;

  constructor(kind: Member['kind'] = 'client') {
    this.kind = kind;
  }

  makeRoom(): void {
    this.hasMadeRoom = true;
  }

  onRequest(): void {}

  onNotification(): void {}
}

function stage({ resident = null as Member | null, isForOneClient = false, era = 'legacy' } = {}) {
  const calls = {
    askers: new Set<object>(),
    toolsOf: () => (calls.askers.size > 0 ? ['look'] : []),
    isShared: false,
    hasOthers: () => calls.isShared,
  };
  const snapshot = { forgetLevel: () => {}, logLevel: null };
  const session = { setAudience: () => {}, calls, snapshot, handshake: { era } };
  const tools = new AskingTools(ROOTS, new Set(), () => {});
  const audience = new Audience({
    instance: { session } as unknown as Instance,
    profile: { capabilities: { roots: {} }, roots: null, clientInfo: { name: 'x', version: '1' } },
    key: 'k',
    tools: [tools],
    isForOneClient,
    resident,
    onlookers: () => [],
  });
  const join = (member = new FakeMember()) => {
    audience.join(member, { level: null, uris: [] });
    return member;
  };
  const question = requestOf('{"jsonrpc":"2.0","id":1,"method":"roots/list"}', 'files');
  return { audience, calls, tools, join, ask: () => audience.addressee(question, null) };
}

const refusalOf = (to: ReturnType<Audience['addressee']>) =>
  'client' in to ? (to.refusal?.() ?? null) : assert.fail(JSON.stringify(to));

test('a question of a server that no client uses yet is not taken for one of the library', () => {
  const { ask } = stage({ resident: new FakeMember('listener') });
  assert.deepEqual(ask(), { error: 'no client is there to answer' });
});

test('why a question cannot be told to be anybody’s is said as it is, in a call and outside of every call', () => {
  const { ask, calls, join } = stage();
  const [one, two] = [join(), join()];
  assert.match(JSON.stringify(ask()), /belongs to no call/);
  calls.askers.add(one).add(two);
  assert.match(JSON.stringify(ask()), /call the tool again/);
});

test('a process that has been told a client’s roots fits nobody else, and others make room', () => {
  const { audience, ask, calls, join, tools } = stage();
  const [one, two] = [join(), join()];
  calls.askers.add(one);
  const to = ask();
  assert.equal(audience.berthFor(two).key, 'k', 'it has not been told yet');
  assert.equal(refusalOf(to), null);
  assert.deepEqual([one.hasMadeRoom, two.hasMadeRoom], [false, true]);
  assert.deepEqual(
    [audience.berthFor(one), audience.berthFor(two)].map(({ key, owner }) => [key, owner]),
    [
      ['k', 'me'],
      [null, 'other'],
    ],
  );
  assert.equal(tools.mayAsk('look'), true);
  audience.leave(one);
  assert.deepEqual([audience.berthFor(two).key, audience.berthFor(two).owner], [null, 'none'], 'it still knows them');
});

test('roots are not told to a process that works for others, or has the library for its client', () => {
  const shared = stage();
  shared.calls.askers.add(shared.join());
  shared.calls.isShared = true;
  assert.match(String(refusalOf(shared.ask())), /works for other clients/);
  assert.equal(shared.audience.isTold, false);
  const hosted = stage({ resident: new FakeMember('host') });
  hosted.calls.askers.add(hosted.join());
  assert.match(String(refusalOf(hosted.ask())), /works for other clients/);
});

test('where all that come are one client, or the server keeps nothing between two requests, its process stays open', () => {
  for (const { audience, calls, join, ask } of [stage({ isForOneClient: true }), stage({ era: 'modern' })]) {
    const [one, two] = [join(), join()];
    calls.askers.add(one);
    assert.equal(refusalOf(ask()), null);
    assert.deepEqual([audience.berthFor(two).key, two.hasMadeRoom], ['k', false]);
  }
});
