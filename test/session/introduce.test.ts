import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import type { Era } from '../../src/session/era.ts';
import type { Handshake } from '../../src/session/handshake.ts';
import { introduce } from '../../src/session/introduce.ts';
import { Upstream } from '../../src/session/upstream.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { gone } from './desk.ts';
import { FakeServer, turn } from './fake-server.ts';
import { Stage } from './stage.ts';

const LEGACY = '{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"old","version":"1"}}';
const MODERN = '{"supportedVersions":["2026-07-28"],"capabilities":{}}';

/** A conversation that begins; `handshake` is null, or what came of it. */
function meet(first: Era) {
  const server = new FakeServer();
  const clock = new FakeClock();
  const upstream = new Upstream(server.stdin, {
    onHeard: () => {},
    onRequest: () => {},
    onNotification: () => {},
    onStray: () => {},
  });
  server.speakTo(upstream);
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const introduced = introduce(upstream, { server: 'files', params, first, clock, onNotice: () => {} });
  const outcome = introduced.then(
    (handshake: Handshake) => handshake.era,
    (error: HoldfastError) => error.code,
  );
  const asked = () => server.lines.map(line => JSON.parse(line).method as string);
  return { server, clock, upstream, outcome, introduced, asked };
}

test('a server that takes initialize is asked nothing else', async () => {
  const { server, outcome, asked, clock } = meet('legacy');
  server.answer('initialize', LEGACY);
  assert.equal(await outcome, 'legacy');
  assert.deepEqual(asked(), ['initialize', 'notifications/initialized']);
  assert.deepEqual(clock.pending, []);
});

test('one that rejects it is asked in the words of 2026-07-28, whatever its error', async () => {
  for (const code of [-32022, -32601, -32603]) {
    const { server, outcome, asked, clock } = meet('legacy');
    server.refuse('initialize', code);
    await turn();
    server.answer('server/discover', MODERN);
    assert.equal(await outcome, 'modern');
    assert.deepEqual(asked(), ['initialize', 'server/discover']);
    assert.deepEqual(clock.pending, []);
  }
});

test('one that rejects both has rejected initialize, and so has one that says nothing for 5 seconds', async () => {
  const both = meet('legacy');
  both.server.refuse('initialize', -32603, 'no licence');
  await turn();
  both.server.refuse('server/discover', -32601);
  assert.equal(await both.outcome, 'CONNECTION_HANDSHAKE_REJECTED');
  await assert.rejects(both.introduced, /no licence/);

  const silent = meet('legacy');
  silent.server.refuse('initialize', -32603);
  await turn();
  assert.deepEqual(silent.clock.pending, [5_000]);
  await silent.clock.advance(5_000);
  assert.equal(await silent.outcome, 'CONNECTION_HANDSHAKE_REJECTED');
});

test('one that answers initialize with 2026-07-28 is asked in those words', async () => {
  const answered = '{"protocolVersion":"2026-07-28","capabilities":{}}';
  const { server, outcome, asked } = meet('legacy');
  server.answer('initialize', answered);
  await turn();
  server.answer('server/discover', MODERN);
  assert.equal(await outcome, 'modern');
  assert.deepEqual(asked(), ['initialize', 'server/discover']);

  const other = meet('legacy');
  other.server.answer('initialize', answered);
  await turn();
  other.server.refuse('server/discover', -32601);
  assert.equal(await other.outcome, 'CONNECTION_PROTOCOL_VERSION');
});

test('over HTTP a status says as much: 400 and 404 are rejections, of either question; all else is no word on the era', async () => {
  const status = (code: number) =>
    code === 404
      ? new HoldfastError('NETWORK_NO_ENDPOINT', { details: { status: 404 } })
      : new HoldfastError('NETWORK_HTTP_STATUS', { details: { status: code } });
  for (const code of [400, 404]) {
    const { server, upstream, outcome, asked } = meet('legacy');
    upstream.spoil('1', status(code));
    await turn();
    server.answer('server/discover', MODERN);
    assert.equal(await outcome, 'modern');
    assert.deepEqual(asked(), ['initialize', 'server/discover']);

    const neither = meet('legacy');
    neither.upstream.spoil('1', status(code));
    await turn();
    neither.upstream.spoil('2', status(400));
    assert.equal(await neither.outcome, status(code).code, 'what initialize was told');

    const older = meet('modern');
    older.upstream.spoil('1', status(code));
    await turn();
    older.server.answer('initialize', LEGACY);
    assert.equal(await older.outcome, 'legacy');
  }
  for (const first of ['legacy', 'modern'] as const) {
    const { upstream, outcome, asked } = meet(first);
    upstream.spoil('1', status(500));
    assert.equal(await outcome, 'NETWORK_HTTP_STATUS');
    assert.equal(asked().length, 1);
  }
});

test('one that speaks only what comes later is named with what it speaks', async () => {
  const { server, outcome, introduced } = meet('legacy');
  server.refuse('initialize', -32022);
  await turn();
  server.answer('server/discover', '{"supportedVersions":["2027-07-01"]}');
  assert.equal(await outcome, 'CONNECTION_PROTOCOL_VERSION');
  await assert.rejects(introduced, /2027-07-01/);
});

test('a wrong guess that it is modern costs one question, answered or not', async () => {
  const answers = meet('modern');
  answers.server.refuse('server/discover', -32601);
  await turn();
  answers.server.answer('initialize', LEGACY);
  assert.equal(await answers.outcome, 'legacy');
  assert.deepEqual(answers.asked(), ['server/discover', 'initialize', 'notifications/initialized']);

  const silent = meet('modern');
  await silent.clock.advance(5_000);
  silent.server.answer('initialize', LEGACY);
  assert.equal(await silent.outcome, 'legacy');
  silent.server.answer('server/discover', MODERN);
  await turn();
  assert.equal(silent.server.lines.length, 3, 'a late answer changes nothing');
});

test('one that is modern and slow to start is asked once more where it rejects initialize', async () => {
  const { server, clock, outcome, asked } = meet('modern');
  await clock.advance(5_000);
  // It has begun to read: first what nobody waits for any more, then what it does not take.
  server.answer('server/discover', MODERN);
  server.refuse('initialize', -32022);
  await turn();
  assert.deepEqual(asked(), ['server/discover', 'initialize', 'server/discover']);
  server.answer('server/discover', MODERN);
  assert.equal(await outcome, 'modern');
  assert.deepEqual(clock.pending, []);
});

test('a process that is lost over the question is lost as any other, and leaves no timer', async () => {
  const { upstream, outcome, clock } = meet('modern');
  upstream.abandon(gone());
  assert.equal(await outcome, 'PROCESS_EXITED');
  assert.deepEqual(clock.pending, []);
});

test('a session asks in the words that were right the last time, and in the usual ones where the server was lost over others', async () => {
  const stage = new Stage({ store: { era: () => 'modern' } });
  const lost = new FakeServer();
  const upstream = stage.session.connect(lost.stdin);
  lost.speakTo(upstream);
  const shaken = stage.session.shakeHands(upstream);
  assert.equal(lost.asked('server/discover').length, 1);
  stage.down();
  await assert.rejects(shaken, (error: HoldfastError) => error.code === 'PROCESS_EXITED');

  const found = await stage.upModern();
  assert.equal(found.asked('initialize').length, 1);
  stage.down();
  const again = await stage.upModern();
  assert.equal(again.asked('initialize').length, 0);
  assert.deepEqual(
    stage.handshakes.map(({ era, protocolVersion }) => [era, protocolVersion]),
    [
      ['modern', '2026-07-28'],
      ['modern', '2026-07-28'],
    ],
  );
});
