import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { StdioPort } from '../../src/gateway/stdio-port.ts';
import type { MessageEnvelope } from '../../src/session/json-text.ts';

function portOf(highWaterMark?: number) {
  const input = new PassThrough();
  const output = new PassThrough(highWaterMark === undefined ? {} : { highWaterMark });
  const messages: MessageEnvelope[] = [];
  const onMessage = (envelope: MessageEnvelope) => void messages.push(envelope);
  const ends = { seen: 0 };
  const port = new StdioPort({ input, output, maxLineBytes: 100, onMessage, onGone: () => void ends.seen++ });
  const line = (text: string) => port.line(Buffer.from(text));
  const said = () =>
    String(output.read() ?? '')
      .trimEnd()
      .split('\n')
      .filter(text => text !== '');
  const errors = () =>
    said().map(text => {
      const { id, error } = JSON.parse(text) as { id: unknown; error: { code: number } };
      return [id, error.code];
    });
  return { port, input, output, ends, messages, line, said, errors };
}

test('messages come as they were written', () => {
  const { line, messages } = portOf();
  line('{"jsonrpc":"2.0","id":1.0,"method":"a","params":{"big":12345678901234567890}}');
  line('[{"jsonrpc":"2.0","id":2,"method":"b"},{"jsonrpc":"2.0","method":"c"}]');
  assert.deepEqual(
    messages.map(({ kind, text }) => [kind, text]),
    [
      ['request', '{"jsonrpc":"2.0","id":1.0,"method":"a","params":{"big":12345678901234567890}}'],
      ['request', '{"jsonrpc":"2.0","id":2,"method":"b"}'],
      ['notification', '{"jsonrpc":"2.0","method":"c"}'],
    ],
  );
});

test('what is no message is answered with what is wrong, under its own id where it has one', () => {
  const { line, port, messages, errors } = portOf();
  line('npm warn: hello');
  port.line(Buffer.from([0x7b, 0xff, 0x7d]));
  line('[]');
  line('[1,[]]');
  line('{"jsonrpc":"2.0","id":"x","method":7}');
  line('{"jsonrpc":"2.0","id":1,"id":2,"method":"a"}');
  assert.deepEqual(messages, []);
  assert.deepEqual(errors(), [
    [null, -32700],
    [null, -32700],
    [null, -32600],
    [null, -32600],
    [null, -32600],
    ['x', -32600],
    [null, -32600],
  ]);
});

test('a request over the limit is answered under its id, an answer over the limit by nothing', () => {
  const { port, said } = portOf();
  port.longLine({ bytes: 101, id: '7', hasMethod: true });
  port.longLine({ bytes: 101, id: '8', hasMethod: false });
  const [only, ...others] = said().map(text => JSON.parse(text) as { id: number; error: { data: { code: string } } });
  assert.deepEqual([only?.id, only?.error.data.code, others], [7, 'RESOURCE_MESSAGE_TOO_LARGE', []]);
});

test('every message is one line', () => {
  const { port, said } = portOf();
  port.send('{"a":\r\n1}');
  assert.deepEqual(said(), ['{"a": 1}']);
});

test('a client that does not read is not read either, until it has', async () => {
  const { port, input, output } = portOf(10);
  input.resume();
  port.send('{"long":"enough"}');
  assert.equal(input.isPaused(), true);
  output.resume();
  await new Promise(resolve => output.once('drain', resolve));
  assert.equal(input.isPaused(), false);
});

test('a client whose end of the output is gone is gone, and its input is read to the end', async () => {
  const { port, input, output, ends } = portOf(10);
  input.resume();
  port.send('{"long":"enough"}');
  assert.equal(input.isPaused(), true);
  output.on('error', () => undefined);
  output.destroy(new Error('EPIPE'));
  await new Promise(resolve => output.once('close', resolve));
  assert.deepEqual([input.isPaused(), ends.seen], [false, 1]);
  port.send('{"long":"enough"}');
  assert.deepEqual([input.isPaused(), ends.seen], [false, 1], 'nothing would end that pause');
});

test('of a client that has left megabytes lying, what it can do without is dropped and what it is owed is kept', () => {
  const { port, output } = portOf();
  const megabyte = JSON.stringify('x'.repeat(1024 * 1024));
  let told = 0;
  while (port.offer(megabyte)) told++;
  assert.ok(told >= 4 && told < 8, `${told} megabytes were kept`);
  const before = output.writableLength;
  assert.equal(port.offer('{}'), false);
  assert.equal(output.writableLength, before);
  port.send('{}');
  assert.equal(output.writableLength, before + 3);
});
