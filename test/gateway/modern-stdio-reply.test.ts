import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { rpcErrorOf } from '../../src/errors/rpc-error.ts';
import { StdioReply } from '../../src/gateway/modern-stdio-reply.ts';

function stage(id = '"a"') {
  const said: string[] = [];
  const bugs: unknown[] = [];
  let isRead = true;
  const reply = new StdioReply({
    port: {
      send: text => void said.push(text),
      offer: text => isRead && said.push(text) > 0,
    },
    id,
    onDone: () => said.push('done'),
    onBug: bug => bugs.push(bug),
  });
  const stopReading = () => {
    isRead = false;
  };
  return { reply, said, bugs, stopReading };
}

test('a request is told what comes, then its one answer, and nothing more', () => {
  const { reply, said } = stage();
  let gone = 0;
  reply.onGone(() => gone++);
  assert.equal(reply.notify('1'), true);
  reply.answer(404, '2');
  reply.answer(200, '3');
  reply.end();
  assert.equal(reply.notify('4'), false);
  reply.cancel();
  reply.onGone(() => gone++);
  assert.deepEqual([said, gone], [['1', '2', 'done'], 0]);
});

test('a request that its client gives up gets no answer; whoever works for it hears so once', () => {
  const { reply, said } = stage();
  let gone = 0;
  reply.onGone(() => gone++);
  reply.cancel();
  reply.cancel();
  reply.answer(200, '1');
  assert.equal(reply.notify('2'), false);
  assert.deepEqual([said, gone], [['done'], 1]);
  reply.onGone(() => gone++);
  assert.equal(gone, 2, 'who asks later hears at once');
});

test('a client that does not read is told that it is not served any more, under its own id', () => {
  const { reply, said, stopReading } = stage('12345678901234567890');
  stopReading();
  assert.equal(reply.notify('1'), false);
  reply.end();
  const params = '{"requestId":12345678901234567890,"reason":"it was not read"}';
  assert.deepEqual(said, [`{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}`, 'done']);
});

test('an error is told in the words of the catalogue, a bug in none, but somebody hears of it', () => {
  const explain = (error: HoldfastError) => rpcErrorOf(error, line => line);
  const known = stage();
  known.reply.fail('"a"', new HoldfastError('CONNECTION_CLOSED'), explain);
  assert.match(known.said[0] ?? '', /"id":"a","error".*CONNECTION_CLOSED/);
  const { reply, said, bugs } = stage();
  const bug = new TypeError('secret');
  reply.fail('"a"', bug, explain);
  assert.deepEqual(said, ['{"jsonrpc":"2.0","id":"a","error":{"code":-32603,"message":"internal error"}}', 'done']);
  assert.deepEqual(bugs, [bug]);
});
