import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { type FakeServer, turn } from './fake-server.ts';
import { Stage } from './stage.ts';

const ALL = '{"tools":{"listChanged":true},"prompts":{},"resources":{"subscribe":true,"listChanged":true}}';
const TAG = '"_meta":{"io.modelcontextprotocol/subscriptionId":';

const listens = (server: FakeServer): { id: number; params: { notifications: Record<string, unknown> } }[] =>
  server.asked('subscriptions/listen').map(line => JSON.parse(line));
const lastId = (server: FakeServer): number => listens(server).at(-1)?.id ?? assert.fail('nobody listens');

/** The server agrees to the last listening, with all that it asks for or with this. */
function acknowledge(server: FakeServer, honoured = listens(server).at(-1)?.params.notifications): void {
  server.say(
    `{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":${JSON.stringify(honoured)},${TAG}${lastId(server)}}}}`,
  );
}

const updated = (server: FakeServer, id: number) =>
  server.say(`{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1",${TAG}${id}}}}`);

const subscribe = (stage: Stage, uri: string, verb = 'subscribe') =>
  stage.request(`{"jsonrpc":"2.0","id":1,"method":"resources/${verb}","params":{"uri":"${uri}"}}`);

test('it listens to what the server offers to tell, and to nothing where that is nothing', async () => {
  const stage = new Stage();
  const server = await stage.upModern(ALL);
  assert.deepEqual(listens(server)[0]?.params.notifications, { toolsListChanged: true, resourcesListChanged: true });
  assert.deepEqual(listens(await new Stage().upModern()), []);
});

test('changes of one moment begin one listening; each is answered when the server has agreed, and the old one ends then', async () => {
  const stage = new Stage();
  const server = await stage.upModern(ALL);
  acknowledge(server);
  const before = lastId(server);
  const asked = [subscribe(stage, 'a:1'), subscribe(stage, 'a:2'), subscribe(stage, 'b:1')];
  await turn();
  assert.equal(listens(server).length, 2);
  assert.equal(await asked[0]?.isOpen(), true);
  updated(server, before);
  assert.equal(stage.toldMethods.length, 1, 'the old one is heard until the new one begins');
  updated(server, lastId(server));
  assert.equal(stage.toldMethods.length, 1);
  acknowledge(server, { toolsListChanged: true, resourceSubscriptions: ['a:1', 'a:2'] });
  assert.match((await asked[0]?.answered()) ?? '', /"result":\{\}/);
  assert.match((await asked[2]?.answered()) ?? '', /"code":-32602/);
  assert.equal(JSON.parse(server.lines.at(-1) ?? '').params.requestId, before);
  updated(server, before);
  updated(server, lastId(server));
  assert.equal(stage.toldMethods.length, 2, 'now the new one');
  server.say(`{"jsonrpc":"2.0","id":${before},"result":{}}`);
  assert.deepEqual(stage.notices, [], 'a last word on the old one is expected');
});

test('what changes while the server has not agreed yet waits for the next listening', async () => {
  const stage = new Stage();
  const server = await stage.upModern();
  const first = subscribe(stage, 'a:1');
  await turn();
  const second = subscribe(stage, 'a:2');
  await turn();
  assert.equal(listens(server).length, 1);
  acknowledge(server);
  await first.answered();
  assert.equal(await second.isOpen(), true);
  acknowledge(server);
  await second.answered();
  assert.deepEqual(listens(server).at(-1)?.params.notifications, { resourceSubscriptions: ['a:1', 'a:2'] });
});

test('when nothing is left to hear of, the listening ends', async () => {
  const stage = new Stage();
  const server = await stage.upModern();
  subscribe(stage, 'a:1');
  await turn();
  acknowledge(server);
  await subscribe(stage, 'a:1', 'unsubscribe').answered();
  assert.equal(JSON.parse(server.lines.at(-1) ?? '').method, 'notifications/cancelled');
  assert.equal(listens(server).length, 1);
});

test('one that the server refuses is refused to the client, and the one before goes on', async () => {
  const stage = new Stage();
  const server = await stage.upModern(ALL);
  acknowledge(server);
  const before = lastId(server);
  const asked = subscribe(stage, 'a:1');
  await turn();
  server.refuse('subscriptions/listen', -32603, 'too many');
  assert.match(await asked.answered(), /"code":-32603,"message":"too many"/);
  assert.match(stage.notices[0] ?? '', /too many/);
  updated(server, before);
  assert.equal(stage.toldMethods.length, 1);
});

test('one that the server ends is begun again after 5 seconds, and not after the process is gone', async () => {
  const stage = new Stage();
  const server = await stage.upModern(ALL);
  acknowledge(server);
  server.say(`{"jsonrpc":"2.0","id":${lastId(server)},"result":{"resultType":"complete"}}`);
  assert.equal(listens(server).length, 1);
  await stage.clock.advance(5_000);
  assert.equal(listens(server).length, 2);
  acknowledge(server);
  server.say(`{"jsonrpc":"2.0","id":${lastId(server)},"result":{}}`);
  stage.down();
  await stage.clock.advance(5_000);
  assert.equal(listens(server).length, 2);
  assert.deepEqual(stage.clock.pending, []);
});

test('one that is lost on its way is begun again, ever later while it does not come to be heard, and the lists are looked at then', async () => {
  const stage = new Stage();
  const server = await stage.upModern(ALL);
  const lost = new HoldfastError('CONNECTION_LOST', { details: { why: 'ECONNRESET' } });
  const lose = () => server.upstream.spoil(String(lastId(server)), lost, true);
  acknowledge(server);
  const asked = subscribe(stage, 'a:1');
  await turn();
  acknowledge(server);
  await asked.answered();
  const before = server.asked('prompts/list').length;
  lose();
  const times: number[] = [];
  for (let round = 0; round < 6; round++) {
    times.push(...stage.clock.pending);
    await stage.clock.advance(stage.clock.pending[0] ?? assert.fail());
    lose();
  }
  assert.deepEqual(times, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
  await stage.clock.advance(60_000);
  assert.deepEqual(listens(server).at(-1)?.params.notifications.resourceSubscriptions, ['a:1']);
  assert.deepEqual([server.asked('tools/list').length, before], [0, 0]);
  acknowledge(server);
  await turn();
  assert.equal(server.asked('tools/list').length, 1);
  assert.equal(server.asked('prompts/list').length, 0, 'of which it never tells');
  lose();
  assert.deepEqual(stage.clock.pending, [1_000]);
});

test('what waits for a listening that is lost waits for the next; one that is refused on its way refuses', async () => {
  const stage = new Stage();
  const server = await stage.upModern();
  const first = subscribe(stage, 'a:1');
  await turn();
  const lost = new HoldfastError('CONNECTION_LOST', { details: { why: 'ECONNRESET' } });
  server.upstream.spoil(String(lastId(server)), lost, true);
  assert.equal(await first.isOpen(), true);
  const second = subscribe(stage, 'a:2');
  await turn();
  assert.equal(listens(server).length, 2, 'a new wish does not wait');
  assert.deepEqual(stage.clock.pending, []);
  acknowledge(server);
  assert.match(await first.answered(), /"result":\{\}/);
  assert.match(await second.answered(), /"result":\{\}/);

  const third = subscribe(stage, 'a:3');
  await turn();
  const refusal = new HoldfastError('NETWORK_HTTP_STATUS', { details: { status: 405 } });
  server.upstream.spoil(String(lastId(server)), refusal);
  assert.match(await third.answered(), /"code":-32602.*405/);
  assert.deepEqual(stage.clock.pending, [], 'the one before goes on');
});

test('one that has been heard before is tried again also where the server refuses it', async () => {
  const stage = new Stage();
  const server = await stage.upModern(ALL);
  acknowledge(server);
  server.say(`{"jsonrpc":"2.0","id":${lastId(server)},"result":{}}`);
  await stage.clock.advance(5_000);
  server.refuse('subscriptions/listen', -32603, 'not now');
  assert.deepEqual(stage.clock.pending, [10_000]);
  await stage.clock.advance(10_000);
  assert.equal(listens(server).length, 3);
});
