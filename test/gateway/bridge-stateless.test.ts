// Clients of 2026-07-28 before managers that come and go.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { BridgedClient, FakeManager, INITIALIZE } from './fake-manager.ts';

const RESERVED = 'io.modelcontextprotocol/';
const TAG = `${RESERVED}subscriptionId`;
const META = { [`${RESERVED}protocolVersion`]: '2026-07-28', [`${RESERVED}clientCapabilities`]: {} };
const AGAIN = ['PROCESS_EXITED_DURING_CALL', true];

class StatelessClient extends BridgedClient {
  asks(id: number | string, method: string, params: object = {}): void {
    this.says({ id, method, params: { ...params, _meta: META } });
  }

  override calls(id: number | string, tool: string, more: object = {}): void {
    this.asks(id, 'tools/call', { name: tool, ...more });
  }

  listens(id: number | string): void {
    this.asks(id, 'subscriptions/listen', { notifications: { toolsListChanged: true } });
  }

  joins(): FakeManager {
    const manager = new FakeManager();
    this.bridge.join(manager.open);
    return manager;
  }

  knowsTools(manager: FakeManager): void {
    this.asks('list', 'tools/list');
    const annotations = { readOnlyHint: true };
    manager.answers('tools/list', { tools: [{ name: 'safe', annotations }, { name: 'unsafe' }] });
  }
}

const newestId = (manager: FakeManager) => manager.received.at(-1)?.id;

/** The manager agrees to the newest listening. */
function acknowledge(manager: FakeManager, notifications: object = { toolsListChanged: true }): void {
  const params = { notifications, _meta: { [TAG]: newestId(manager) } };
  manager.says({ method: 'notifications/subscriptions/acknowledged', params });
}

describe('requests that stand alone', () => {
  test('need no session: they go to the manager as they are, but for the id, as soon as one is there', () => {
    const client = new StatelessClient();
    client.says('{"jsonrpc":"2.0","id":"d","method":"server/discover"}');
    client.says(
      `{"jsonrpc":"2.0","id":1.50,"method":"x/y","params":{"n":12345678901234567890,"_meta":${JSON.stringify(META)}}}`,
    );
    assert.deepEqual(client.heard, []);
    const manager = client.joins();
    assert.deepEqual(manager.methods, ['server/discover', 'x/y']);
    assert.equal(manager.listening, 0);
    manager.says(`{"id":${String(newestId(manager))},"jsonrpc":"2.0","result":{"big":98765432109876543210}}`);
    assert.equal(client.texts.at(-1), '{"id":1.50,"jsonrpc":"2.0","result":{"big":98765432109876543210}}');
    manager.answers('server/discover', { supportedVersions: ['2026-07-28'] });
    assert.deepEqual(client.answer('d')?.result, { supportedVersions: ['2026-07-28'] });
    assert.equal(client.bridge.inFlight, 0);
  });

  test('go beside a session of the same client, each under an id of its own', () => {
    const client = new StatelessClient();
    const manager = client.begin();
    client.asks(1, 'tools/list');
    client.says({ id: 1, method: 'tools/list' });
    assert.equal(client.answer(1)?.error?.code, -32600, 'not under an id that is under way');
    client.says({ id: 2, method: 'tools/list' });
    const [first, second] = manager.received.slice(-2);
    assert.notEqual(first?.id, second?.id);
    manager.says({ id: second?.id, result: { session: true } });
    manager.says({ id: first?.id, result: { alone: true } });
    assert.deepEqual([client.answer(2)?.result], [{ session: true }]);
    assert.deepEqual(client.heard.filter(({ result }) => result !== undefined).at(-1)?.result, { alone: true });
  });

  test('wait 30 s for a manager, and hear why where none will come', async () => {
    const client = new StatelessClient();
    client.asks(1, 'tools/list');
    await client.clock.advance(30_000);
    assert.deepEqual(client.error(1), ['CONNECTION_HOLD_TIMEOUT', false]);
    client.asks(2, 'tools/list');
    client.listens(3);
    client.bridge.fail(new HoldfastError('NETWORK_AUTH', { mayHaveRun: false }));
    assert.deepEqual([client.error(2)?.[0], client.error(3)?.[0]], ['NETWORK_AUTH', 'NETWORK_AUTH']);
    assert.deepEqual(client.clock.pending, []);
  });

  test('that are cancelled are cancelled at the manager, and not answered', () => {
    const client = new StatelessClient();
    const manager = client.joins();
    client.calls('a', 'unsafe');
    const id = newestId(manager);
    client.says({ method: 'notifications/cancelled', params: { requestId: 'a' } });
    assert.deepEqual(manager.received.at(-1)?.params, { requestId: id });
    manager.says({ id, result: {} });
    assert.deepEqual(client.heard, []);
  });

  test('when the manager is lost: what may be repeated is, once; what may not, or has asked, is answered', () => {
    const client = new StatelessClient();
    const first = client.joins();
    client.knowsTools(first);
    client.calls('s', 'safe');
    client.calls('u', 'unsafe');
    client.calls('q', 'safe', { requestState: 'sealed', inputResponses: {} });
    client.asks('d', 'server/discover');
    first.dies();
    assert.deepEqual([client.error('u'), client.error('q')], [AGAIN, AGAIN]);
    client.calls('late', 'unsafe');
    const second = client.joins();
    assert.deepEqual(second.methods, ['tools/call', 'server/discover', 'tools/call']);
    assert.deepEqual(second.received[0]?.params?._meta, META);
    second.dies();
    assert.deepEqual([client.error('s'), client.error('d'), client.error('late')], [AGAIN, AGAIN, AGAIN]);
  });

  test('whose tool was on no list yet: that is asked first, in the words of their client', () => {
    const client = new StatelessClient();
    const first = client.joins();
    client.calls('s', 'safe', { _meta: {} });
    client.calls('u', 'unsafe');
    first.dies();
    assert.deepEqual([client.error('s'), client.error('u')], [null, null]);
    const second = client.joins();
    assert.deepEqual(second.methods, ['tools/list']);
    assert.deepEqual(second.received[0]?.params, { _meta: META });
    const tools = [{ name: 'safe', annotations: { idempotentHint: true } }, { name: 'unsafe' }];
    second.answers('tools/list', { tools });
    assert.deepEqual(client.error('u'), AGAIN);
    second.answers('tools/call', { done: true });
    assert.deepEqual(client.answer('s')?.result, { done: true });
  });

  test('hear the progress of a call once, also where it is repeated', () => {
    const client = new StatelessClient();
    const first = client.joins();
    client.knowsTools(first);
    client.asks('s', 'tools/call', { name: 'safe' });
    client.says({ id: 'p', method: 'tools/call', params: { name: 'safe', _meta: { ...META, progressToken: 7 } } });
    const progress = (manager: FakeManager, value: number) =>
      manager.says({ method: 'notifications/progress', params: { progressToken: 7, progress: value } });
    const told = () => client.heard.filter(({ method }) => method !== undefined).map(({ params }) => params?.progress);
    progress(first, 1);
    progress(first, 2);
    first.dies();
    const second = client.joins();
    for (const value of [1, 2, 3]) progress(second, value);
    assert.deepEqual(told(), [1, 2, 3]);
  });
});

describe('what a client listens for', () => {
  test('is told under the client’s own id, and is nothing that an answer is waited for', async () => {
    const client = new StatelessClient();
    const manager = client.joins();
    client.listens('mine');
    assert.equal(client.bridge.inFlight, 0);
    await client.bridge.answered();
    acknowledge(manager);
    manager.says({ method: 'notifications/tools/list_changed', params: { _meta: { [TAG]: newestId(manager) } } });
    assert.deepEqual(
      client.heard.map(({ method, params }) => [method, (params?._meta as Record<string, unknown> | undefined)?.[TAG]]),
      [
        ['notifications/subscriptions/acknowledged', 'mine'],
        ['notifications/tools/list_changed', 'mine'],
      ],
    );
  });

  test('is begun again at the next manager, and the client notices nothing', () => {
    const client = new StatelessClient();
    const first = client.joins();
    client.listens(5);
    acknowledge(first);
    first.dies();
    const second = client.joins();
    assert.deepEqual(second.methods, ['subscriptions/listen']);
    acknowledge(second);
    second.says({ method: 'notifications/tools/list_changed', params: { _meta: { [TAG]: newestId(second) } } });
    assert.deepEqual(
      client.heard.map(({ method }) => method),
      ['notifications/subscriptions/acknowledged', 'notifications/tools/list_changed'],
    );
    client.bridge.fail(new HoldfastError('NETWORK_AUTH'));
    assert.equal(client.answer(5), undefined, 'it goes on listening');
  });

  test('is begun again after a second where the manager ends it, or its stream breaks, and nothing else is lost', async () => {
    const client = new StatelessClient();
    const manager = client.joins();
    client.calls('u', 'unsafe');
    client.listens(5);
    acknowledge(manager);
    manager.says({ id: newestId(manager), result: { resultType: 'complete' } });
    await client.clock.advance(1_000);
    acknowledge(manager);
    const lost = new HoldfastError('CONNECTION_LOST', { details: { why: 'ECONNRESET' } });
    manager.listener.onBroken({ key: String(newestId(manager)), method: 'subscriptions/listen' }, lost);
    assert.deepEqual(client.lost, []);
    assert.equal(manager.methods.filter(method => method === 'subscriptions/listen').length, 2);
    await client.clock.advance(1_000);
    assert.equal(manager.methods.filter(method => method === 'subscriptions/listen').length, 3);
    assert.deepEqual([client.heard.length, client.error('u')], [1, null]);
    manager.listener.onBroken({ key: String(manager.received[0]?.id), method: 'tools/call' }, lost);
    assert.deepEqual(client.lost, [false], 'a call that breaks tells of the manager');
    await client.bridge.end();
    assert.deepEqual(client.clock.pending, []);
  });

  test('ends with the manager’s answer where that is an error, or there is nothing to hear of', () => {
    const client = new StatelessClient();
    const manager = client.joins();
    client.listens(1);
    manager.says({ id: newestId(manager), error: { code: -32602, message: 'no' } });
    client.listens(2);
    acknowledge(manager, {});
    const id = newestId(manager);
    manager.says({ id, result: { resultType: 'complete', _meta: { [TAG]: id } } });
    assert.equal(client.answer(1)?.error?.code, -32602);
    assert.deepEqual(client.answer(2)?.result, { resultType: 'complete', _meta: { [TAG]: 2 } });
    client.listens(3);
    const refusal = new HoldfastError('NETWORK_HTTP_STATUS', { details: { status: 500 } });
    manager.listener.onFailed({ key: String(newestId(manager)), method: 'subscriptions/listen' }, refusal);
    assert.equal(client.error(3)?.[0], 'NETWORK_HTTP_STATUS');
  });

  test('ends when its client wants no more, wherever it is then', async () => {
    const client = new StatelessClient();
    const manager = client.joins();
    const cancels = (requestId: unknown) => client.says({ method: 'notifications/cancelled', params: { requestId } });
    client.listens(1);
    const id = newestId(manager);
    cancels(1);
    assert.deepEqual(manager.received.at(-1)?.params, { requestId: id });
    manager.isPrompt = false;
    client.listens(2);
    cancels(2);
    assert.equal(manager.withdrawn, 1);
    manager.dies();
    client.listens(3);
    cancels(3);
    assert.deepEqual(client.joins().methods, []);
    await client.bridge.end();
    assert.deepEqual([client.heard, client.clock.pending], [[], []]);
  });

  test('goes beside a session, which is resumed in its own way', () => {
    const client = new StatelessClient();
    const first = client.begin();
    client.listens(5);
    acknowledge(first);
    first.dies();
    const second = client.joins();
    assert.deepEqual(second.methods, ['subscriptions/listen']);
    assert.equal(second.asked?.id, 'session-1');
    client.says({ id: 'again', method: 'initialize', params: INITIALIZE });
    assert.equal(client.answer('again')?.error?.code, -32600);
  });
});
