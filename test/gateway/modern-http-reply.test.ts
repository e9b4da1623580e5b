import assert from 'node:assert/strict';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { HttpReply, QUIET_MS } from '../../src/gateway/modern-http-reply.ts';
import { Deadlines } from '../../src/session/deadlines.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Response } from './modern-stage.ts';

const BOTH = 'application/json, text/event-stream';

/** A reply on its way to a client that is there. */
async function open(t: TestContext, accept: string | undefined = BOTH) {
  const clock = new FakeClock();
  const beats = new Deadlines<HttpReply>(clock, reply => reply.beat());
  const replies = new Promise<HttpReply>(resolve => {
    const server = createServer((request, response) =>
      resolve(new HttpReply(response, request.headers.accept, beats, () => clock.now())),
    );
    server.listen(0, '127.0.0.1', () => {
      const headers = accept === undefined ? {} : { accept };
      request = get({ port: (server.address() as AddressInfo).port, headers, agent: false });
      request.on('error', () => {});
      client = new Promise<IncomingMessage>(found => request.on('response', found)).then(found => new Response(found));
    });
    t.after(() => server.close());
  });
  let request = null as unknown as ReturnType<typeof get>;
  let client = null as unknown as Promise<Response>;
  const reply = await replies;
  return { clock, reply, request, client };
}

test('an answer alone is JSON with its length, and the first counts', async t => {
  const { reply, client } = await open(t);
  reply.answer(404, '{"a":"é"}');
  reply.answer(200, '{}');
  const { status, headers } = await client;
  assert.deepEqual([status, headers['content-length']], [404, '10']);
  assert.equal(await (await client).text(), '{"a":"é"}');
  await reply.done;
});

test('after a notification all goes as events, each on one line', async t => {
  const { reply, client } = await open(t);
  assert.equal(reply.notify('{"a":\n1}'), true);
  reply.answer(400, '{"b":\r\n2}');
  assert.equal(reply.notify('{}'), false, 'nothing comes after the answer');
  const { status, headers } = await client;
  assert.deepEqual([status, headers['content-type']], [200, 'text/event-stream']);
  assert.equal(await (await client).text(), 'event: message\ndata: {"a": 1}\n\nevent: message\ndata: {"b": 2}\n\n');
});

test('a client that waits is told that we are there, again and again', async t => {
  const { clock, reply, client } = await open(t);
  await clock.advance(QUIET_MS - 1);
  assert.deepEqual(clock.pending, [1]);
  await clock.advance(1);
  await (await client).until(':\n\n');
  await clock.advance(15_000);
  await (await client).until(':\n\n:\n\n');
  reply.answer(200, '{"done":1}');
  assert.deepEqual(await (await client).json(), { done: 1 });
  assert.deepEqual(clock.pending, []);
});

test('a client that takes no stream gets none', async t => {
  const { clock, reply, client } = await open(t, 'application/json');
  assert.deepEqual(clock.pending, []);
  assert.equal(reply.notify('{}'), false);
  reply.answer(200, '{"a":1}');
  assert.equal((await client).isStream, false);
});

test('a client that does not say what it takes gets what is best', async t => {
  const { reply, client } = await open(t, '*/*');
  assert.equal(reply.notify('{}'), true);
  reply.end();
  assert.equal((await client).isStream, true);
});

test('who waits for the client hears that it has gone, and what is said then goes nowhere', async t => {
  const { clock, reply, request } = await open(t);
  const gone = new Promise<void>(resolve => reply.onGone(resolve));
  request.destroy();
  await gone;
  await reply.done;
  assert.equal(reply.isDone, true);
  assert.equal(reply.notify('{}'), false);
  reply.answer(200, '{}');
  assert.deepEqual(clock.pending, []);
  let late = 0;
  reply.onGone(() => late++);
  assert.equal(late, 1, 'who asks later hears at once');
});

test('a client that has been answered is not gone', async t => {
  const { reply, client } = await open(t);
  let gone = 0;
  reply.onGone(() => gone++);
  reply.answer(200, '{}');
  await (await client).text();
  assert.equal(gone, 0);
});

test('a reader that does not read is spared notifications, not the answer', async t => {
  const { reply, request } = await open(t);
  const message = new Promise<IncomingMessage>(resolve => request.on('response', resolve));
  const text = JSON.stringify({ text: 'x'.repeat(100_000) });
  let taken = 0;
  while (reply.notify(text)) taken++;
  assert.ok(taken > 5 && taken < 1_000, `${taken}`);
  reply.answer(200, '{"done":1}');
  const client = new Response(await message);
  assert.deepEqual(await client.json(), { done: 1 });
});

test('the stream of a reader that does not read ends with what it has left lying', async t => {
  const { reply, request } = await open(t);
  let taken = 0;
  let got = 0;
  request.on('response', message => message.on('data', (chunk: string) => (got += chunk.length)));
  const text = JSON.stringify({ text: 'x'.repeat(100_000) });
  while (reply.notify(text)) taken++;
  reply.end();
  await new Promise(resolve => request.on('close', resolve));
  assert.ok(got < taken * text.length, `${got} of ${taken * text.length}`);
});
