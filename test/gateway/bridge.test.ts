import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { sessionLost } from '../../src/session/http-session.ts';
import { turn } from '../session/fake-server.ts';
import { BridgedClient, FakeManager, INITIALIZE } from './fake-manager.ts';

const AGAIN = ['PROCESS_EXITED_DURING_CALL', true];

describe('a session', () => {
  test('begins when a manager is there, however early its client was', () => {
    const client = new BridgedClient();
    client.says({ id: 'init', method: 'initialize', params: INITIALIZE });
    client.says({ method: 'notifications/initialized' });
    client.says({ id: 1, method: 'tools/list' });
    assert.deepEqual(client.heard, []);
    const manager = new FakeManager();
    client.bridge.join(manager.open);
    assert.deepEqual(manager.methods, ['initialize']);
    assert.deepEqual(manager.received[0]?.params, INITIALIZE);
    manager.answers('initialize', { ours: 1 });
    assert.deepEqual(client.answer('init')?.result, { ours: 1 });
    assert.deepEqual(manager.methods, ['initialize', 'notifications/initialized', 'tools/list']);
    assert.equal(manager.listening, 1);
  });

  test('carries every message as it is, but for the ids', () => {
    const client = new BridgedClient();
    const manager = client.begin();
    client.says('{"jsonrpc":"2.0","id":1.50,"method":"x/y","params":{"n":12345678901234567890,"f":1.0}}');
    const { id } = manager.received.at(-1) ?? {};
    manager.says(`{"id":${String(id)},"extra":1.0,"jsonrpc":"2.0","result":{"big":98765432109876543210}}`);
    assert.equal(client.texts.at(-1), '{"id":1.50,"extra":1.0,"jsonrpc":"2.0","result":{"big":98765432109876543210}}');
    manager.says('{"jsonrpc":"2.0","method":"notifications/message","params":{"a":1.0}}');
    assert.equal(client.texts.at(-1), '{"jsonrpc":"2.0","method":"notifications/message","params":{"a":1.0}}');
  });

  test('two ids that differ only in their type are two', () => {
    const client = new BridgedClient();
    const manager = client.begin();
    client.calls(1, 'safe');
    client.calls('1', 'unsafe');
    const [first, second] = manager.received.slice(-2);
    manager.says({ id: second?.id, result: { second: true } });
    manager.says({ id: first?.id, result: { first: true } });
    assert.deepEqual([client.answer(1)?.result, client.answer('1')?.result], [{ first: true }, { second: true }]);
  });

  test('answers itself what is no server’s business, also while no manager is there', () => {
    const client = new BridgedClient();
    client.says({ id: 1, method: 'ping' });
    client.says({ id: 3, method: 'tools/list' });
    client.says({ id: 4, method: 'initialize', params: INITIALIZE });
    client.says({ id: 4, method: 'tools/list' });
    client.says({ id: 5, method: 'initialize', params: INITIALIZE });
    assert.deepEqual(
      client.heard.map(({ id, error }) => [id, error?.code]),
      [
        [1, undefined],
        [3, -32600],
        [4, -32600],
        [5, -32600],
      ],
    );
  });

  test('that a manager refuses may be begun anew', () => {
    const client = new BridgedClient();
    const manager = new FakeManager();
    client.bridge.join(manager.open);
    client.says({ id: 1, method: 'initialize', params: {} });
    manager.says({ id: manager.received[0]?.id, error: { code: -32602, message: 'no' } });
    assert.equal(client.answer(1)?.error?.code, -32602);
    client.says({ id: 2, method: 'initialize', params: INITIALIZE });
    manager.answers('initialize');
    assert.deepEqual(client.answer(2)?.result, {});
  });

  test('of a client that does not read gives questions back, and drops the rest', () => {
    const client = new BridgedClient();
    const manager = client.begin();
    client.reads = false;
    manager.says({ method: 'notifications/message' });
    manager.says({ id: 'q', method: 'elicitation/create' });
    assert.deepEqual([manager.received.at(-1)?.id, manager.received.at(-1)?.error?.code], ['q', -32603]);
  });

  test('ends with a word to the manager, and nothing is left that ticks', async () => {
    const client = new BridgedClient();
    const manager = client.begin();
    manager.dies();
    client.calls(1, 'safe');
    assert.notDeepEqual(client.clock.pending, []);
    await client.bridge.end();
    assert.deepEqual(client.clock.pending, []);
    const other = new BridgedClient();
    const alive = other.begin();
    await other.bridge.end();
    assert.equal(alive.isClosed, true);
  });
});

describe('when the manager is lost', () => {
  test('what was written and may not be repeated is answered at once; what may is sent to the next one, once', () => {
    const client = new BridgedClient();
    const first = client.begin();
    client.calls('s', 'safe');
    client.calls('u', 'unsafe');
    client.says({ id: 'r', method: 'resources/read', params: { uri: 'a:b' } });
    client.says({ id: 'x', method: 'some/thing' });
    first.dies();
    assert.deepEqual(client.lost, [false]);
    assert.deepEqual(client.error('u'), AGAIN);
    assert.deepEqual(client.error('x'), AGAIN);
    assert.deepEqual([client.error('s'), client.error('r')], [null, null]);
    const second = new FakeManager();
    client.bridge.join(second.open);
    assert.deepEqual(second.asked, { id: 'session-1', version: '2025-11-25' });
    assert.deepEqual(second.methods, ['tools/call', 'resources/read'], 'the client is not introduced again');
    assert.equal(second.listening, 1);
    second.dies();
    assert.deepEqual([client.error('s'), client.error('r')], [AGAIN, AGAIN]);
  });

  test('what had not left waits for the next one, safe or not', () => {
    const client = new BridgedClient();
    const first = client.begin();
    first.isPrompt = false;
    client.calls('u', 'unsafe');
    first.dies();
    client.calls('later', 'unsafe');
    const second = new FakeManager();
    client.bridge.join(second.open);
    assert.deepEqual(second.methods, ['tools/call', 'tools/call']);
    second.answers('tools/call', { done: true });
    assert.deepEqual(client.answer('later')?.result, { done: true });
    assert.equal(client.error('u'), null);
  });

  test('a call during which the client was asked something is not repeated', () => {
    const client = new BridgedClient();
    const first = client.begin();
    client.calls('s', 'safe');
    first.says({ id: 'q', method: 'elicitation/create' });
    first.dies();
    assert.deepEqual(client.error('s'), AGAIN);
    client.says({ id: 'q', result: {} });
    const second = new FakeManager();
    client.bridge.join(second.open);
    assert.deepEqual(second.methods, [], 'nor is an answer given to who has not asked');
  });

  test('whether a tool that was on no list may be repeated is asked first, page by page', () => {
    const client = new BridgedClient();
    const first = client.begin();
    client.calls('new', 'new-and-safe');
    client.calls('other', 'new-and-unsafe');
    client.calls('gone', 'gone');
    first.dies();
    assert.deepEqual([client.error('new'), client.error('other')], [null, null]);
    const second = new FakeManager();
    client.bridge.join(second.open);
    assert.deepEqual(second.methods, ['tools/list']);
    second.answers('tools/list', { tools: [{ name: 'new-and-unsafe' }], nextCursor: 'more' });
    assert.deepEqual(second.received.at(-1)?.params, { cursor: 'more' });
    second.answers('tools/list', { tools: [{ name: 'new-and-safe', annotations: { idempotentHint: true } }] });
    assert.deepEqual(second.received.at(-1)?.params, { name: 'new-and-safe' });
    assert.deepEqual([client.error('other'), client.error('gone')], [AGAIN, AGAIN]);
    second.answers('tools/call', { done: true });
    assert.deepEqual(client.answer('new')?.result, { done: true });
  });

  test('progress that the client has seen is not shown again', () => {
    const client = new BridgedClient();
    const first = client.begin();
    const progress = (manager: FakeManager, n: number) =>
      manager.says({ method: 'notifications/progress', params: { progressToken: 't', progress: n } });
    client.calls('s', 'safe', { _meta: { progressToken: 't' } });
    progress(first, 1);
    progress(first, 2);
    first.dies();
    const second = new FakeManager();
    client.bridge.join(second.open);
    for (const n of [1, 2, 3]) progress(second, n);
    const seen = client.heard.filter(({ method }) => method === 'notifications/progress');
    assert.deepEqual(
      seen.map(({ params }) => params?.progress),
      [1, 2, 3],
    );
  });

  test('a late answer of the old one changes nothing', () => {
    const client = new BridgedClient();
    const first = client.begin();
    client.calls('s', 'safe');
    const { id } = first.received.at(-1) ?? {};
    first.dies();
    first.says({ id, result: { late: true } });
    assert.equal(client.answer('s'), undefined);
  });

  test('one message whose way breaks is a manager that is lost', () => {
    const client = new BridgedClient();
    const first = client.begin();
    client.calls('u', 'unsafe');
    first.listener.onBroken({ key: '1', method: 'tools/call' }, new HoldfastError('CONNECTION_LOST'));
    assert.deepEqual([client.lost, client.error('u')], [[false], AGAIN]);
    assert.equal(first.isClosed, true);
  });

  test('before it has answered initialize, the next one is asked', () => {
    const client = new BridgedClient();
    client.says({ id: 'init', method: 'initialize', params: INITIALIZE });
    const first = new FakeManager();
    client.bridge.join(first.open);
    first.dies();
    assert.equal(client.answer('init'), undefined);
    const second = new FakeManager();
    client.bridge.join(second.open);
    second.answers('initialize', { second: true });
    assert.deepEqual(client.answer('init')?.result, { second: true });
  });

  test('a call that waits is told after 30 seconds', async () => {
    const client = new BridgedClient();
    const first = client.begin();
    client.calls('s', 'safe');
    client.calls('n', 'on-no-list');
    first.dies();
    client.calls('u', 'unsafe');
    await client.clock.advance(29_999);
    assert.deepEqual([client.error('s'), client.error('u')], [null, null]);
    await client.clock.advance(1);
    assert.deepEqual(client.error('n'), ['CONNECTION_HOLD_TIMEOUT', true]);
    assert.deepEqual(client.error('u'), ['CONNECTION_HOLD_TIMEOUT', false]);
    assert.deepEqual(client.error('s'), ['CONNECTION_HOLD_TIMEOUT', true]);
    assert.deepEqual(client.clock.pending, []);
  });

  test('a manager that is never there: initialize is answered after 30 seconds, however often it was tried', async () => {
    const client = new BridgedClient();
    client.says({ id: 'init', method: 'initialize', params: INITIALIZE });
    for (let second = 0; second < 30; second++) {
      assert.equal(client.answer('init'), undefined);
      const manager = new FakeManager();
      manager.isPrompt = false;
      client.bridge.join(manager.open);
      manager.isNowhere();
      await client.clock.advance(1_000);
    }
    assert.deepEqual(client.error('init'), ['NETWORK_REFUSED', false]);
    assert.deepEqual([new Set(client.heardBefore), client.clock.pending], [new Set([false]), []]);
    client.says({ id: 'again', method: 'initialize', params: INITIALIZE });
    const manager = new FakeManager();
    client.bridge.join(manager.open);
    manager.answers('initialize');
    assert.deepEqual(client.answer('again')?.result, {});
    manager.dies();
    assert.equal(client.heardBefore.at(-1), true);
  });

  test('a manager that does not come back: each call is answered 30 seconds after it began to wait', async () => {
    const client = new BridgedClient();
    const first = client.begin();
    client.calls('safe', 'safe');
    client.calls('unlisted', 'on-no-list');
    first.dies();
    const next = async (ms: number) => {
      const manager = new FakeManager();
      manager.isPrompt = false;
      client.bridge.join(manager.open);
      manager.isNowhere();
      await client.clock.advance(ms);
    };
    await next(10_000);
    client.calls('late', 'unsafe');
    for (let second = 10; second < 30; second++) await next(1_000);
    assert.deepEqual(client.error('safe'), ['NETWORK_REFUSED', true]);
    assert.deepEqual(client.error('unlisted'), ['NETWORK_REFUSED', true]);
    assert.equal(client.error('late'), null);
    for (let second = 30; second < 40; second++) await next(1_000);
    assert.deepEqual(client.error('late'), ['NETWORK_REFUSED', false]);
    assert.deepEqual(client.clock.pending, []);
  });

  test('what waits too long behind a connection that never comes about is taken back from it', async () => {
    const client = new BridgedClient();
    client.begin().dies();
    client.calls('u', 'unsafe');
    const manager = new FakeManager();
    manager.isPrompt = false;
    client.bridge.join(manager.open);
    await client.clock.advance(30_000);
    assert.deepEqual(client.error('u'), ['CONNECTION_HOLD_TIMEOUT', false]);
    assert.equal(manager.withdrawn, 1);
  });

  test('what waits is told at once that nobody will come', () => {
    const client = new BridgedClient();
    const first = client.begin();
    first.dies();
    client.calls(1, 'safe');
    client.bridge.fail(new HoldfastError('CONNECTION_NO_MANAGER'));
    assert.equal(client.error(1)?.[0], 'CONNECTION_NO_MANAGER');
  });

  test('what a client takes back is forgotten, wherever it is', () => {
    const client = new BridgedClient();
    const first = client.begin();
    const cancel = (requestId: string) => client.says({ method: 'notifications/cancelled', params: { requestId } });
    client.calls('sent', 'safe');
    cancel('sent');
    const [sent, cancelled] = first.received.slice(-2);
    assert.deepEqual([cancelled?.method, cancelled?.params], ['notifications/cancelled', { requestId: sent?.id }]);
    first.dies();
    client.calls('held', 'safe');
    cancel('held');
    const second = new FakeManager();
    client.bridge.join(second.open);
    assert.deepEqual(second.methods, []);
    assert.deepEqual([client.answer('sent'), client.answer('held'), client.bridge.inFlight], [undefined, undefined, 0]);
  });

  test('notifications of the client are kept for the next one, within bounds', () => {
    const client = new BridgedClient();
    const first = client.begin();
    first.dies();
    for (let n = 0; n < 150; n++) client.says({ method: 'notifications/roots/list_changed' });
    const second = new FakeManager();
    client.bridge.join(second.open);
    assert.equal(second.methods.length, 100);
  });
});

describe('a manager that does not know the session', () => {
  test('is introduced to the client, and told what it has set; the client hears nothing of it', () => {
    const client = new BridgedClient();
    const first = client.begin();
    client.says({ id: 1, method: 'logging/setLevel', params: { level: 'debug' } });
    first.answers('logging/setLevel');
    client.says({ id: 2, method: 'resources/subscribe', params: { uri: 'a:b' } });
    first.answers('resources/subscribe');
    client.calls('s', 'safe');
    const before = client.heard.length;
    first.listener.onLost(sessionLost());
    assert.deepEqual(client.lost, [true]);
    const second = new FakeManager();
    second.known = { id: 'session-2', version: '2025-11-25' };
    client.bridge.join(second.open);
    assert.equal(second.asked, null);
    second.answers('initialize');
    assert.deepEqual(second.methods, [
      'initialize',
      'notifications/initialized',
      'logging/setLevel',
      'resources/subscribe',
      'tools/call',
    ]);
    assert.equal(client.heard.length, before);
    second.dies();
    const third = new FakeManager();
    client.bridge.join(third.open);
    assert.equal(third.asked?.id, 'session-2');
  });

  test('hears of a thousand subscriptions a few at a time, and the calls that wait find room beside them', async () => {
    const client = new BridgedClient();
    const first = client.begin();
    for (let n = 0; n < 1_000; n++) {
      client.says({ id: `s${n}`, method: 'resources/subscribe', params: { uri: `a:${n}` } });
      first.answers('resources/subscribe');
    }
    client.calls('waits', 'safe');
    first.listener.onLost(sessionLost());
    const second = new FakeManager();
    client.bridge.join(second.open);
    second.answers('initialize');
    const subscribed = () => second.received.filter(({ method }) => method === 'resources/subscribe');
    assert.equal(subscribed().length, 32);
    second.answers('tools/call');
    assert.deepEqual(client.answer('waits')?.result, {});
    for (const { id } of subscribed()) second.says({ id, result: {} });
    await turn();
    assert.equal(subscribed().length, 64);
    // One that is lost is told no more, and the next one from the beginning.
    second.listener.onLost(sessionLost());
    for (const { id } of subscribed()) second.says({ id, result: {} });
    await turn();
    assert.equal(subscribed().length, 64);
  });

  test('and refuses to, is told to whoever waits', () => {
    const client = new BridgedClient();
    const first = client.begin();
    first.listener.onLost(sessionLost());
    client.calls(1, 'safe');
    const second = new FakeManager();
    client.bridge.join(second.open);
    second.listener.onFailed(
      { key: String(second.received[0]?.id), method: 'initialize' },
      new HoldfastError('NETWORK_AUTH'),
    );
    assert.equal(client.error(1)?.[0], 'NETWORK_AUTH');
  });
});

describe('one message', () => {
  test('that is refused, or too long, costs its own call alone', () => {
    const client = new BridgedClient();
    const manager = client.begin();
    client.calls('a', 'unsafe');
    client.calls('b', 'unsafe');
    const [a, b] = manager.received.slice(-2).map(({ id }) => String(id));
    manager.listener.onFailed({ key: a ?? '', method: 'tools/call' }, new HoldfastError('TOOL_BAD_ANSWER'));
    manager.listener.onOversize({ bytes: 9, id: b ?? '', hasMethod: false });
    assert.deepEqual(
      [client.error('a')?.[0], client.error('b')?.[0]],
      ['TOOL_BAD_ANSWER', 'RESOURCE_MESSAGE_TOO_LARGE'],
    );
    manager.listener.onFailed({ key: null, method: null }, new HoldfastError('TOOL_BAD_ANSWER'));
    manager.listener.onNoise('no JSON');
    assert.equal(client.notices.length, 2);
    assert.deepEqual(client.lost, []);
  });

  test('for which there is no room is refused', () => {
    const client = new BridgedClient();
    const manager = client.begin();
    manager.isFull = true;
    client.calls(1, 'unsafe');
    assert.deepEqual(client.error(1), ['RESOURCE_QUEUE_FULL', false]);
  });
});
