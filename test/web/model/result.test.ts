import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readResult } from '../../../web/src/model/result.ts';

const part = (item: unknown) => readResult({ content: [item] }).parts[0];

test('text is text, and JSON in one line is spread out', () => {
  assert.deepEqual(part({ type: 'text', text: 'a\nb' }), { kind: 'text', text: 'a\nb', caption: null });
  assert.deepEqual(part({ type: 'text', text: '{"a":1}' }), { kind: 'text', text: '{\n  "a": 1\n}', caption: null });
  assert.deepEqual(part({ type: 'text', text: '{not json' }), { kind: 'text', text: '{not json', caption: null });
});

test('a known image is shown, and nothing else by its own word', () => {
  const data = 'AAAA';
  assert.deepEqual(part({ type: 'image', mimeType: 'image/png', data }), {
    kind: 'image',
    source: 'data:image/png;base64,AAAA',
    caption: 'image/png, 3 B',
  });
  const trick = part({ type: 'image', mimeType: 'text/html', data });
  assert.deepEqual(trick, { kind: 'facts', caption: 'image, text/html, 3 B' });
});

test('resources and links are told of', () => {
  const resource = { uri: 'file:///a', mimeType: 'text/plain', text: 'hello' };
  assert.deepEqual(part({ type: 'resource', resource }), {
    kind: 'text',
    text: 'hello',
    caption: 'resource, text/plain, file:///a',
  });
  assert.deepEqual(part({ type: 'resource_link', name: 'a', uri: 'file:///a' }), {
    kind: 'facts',
    caption: 'link, a, file:///a',
  });
});

test('an error, structured content and the whole are kept', () => {
  const result = readResult({ isError: true, content: [], structuredContent: { a: 1 } });
  assert.deepEqual([result.isError, result.structured], [true, '{\n  "a": 1\n}']);
  assert.match(result.raw, /"structuredContent"/);
});

test('whatever comes, something can be shown', () => {
  assert.deepEqual(readResult(undefined).raw, 'nothing');
  assert.deepEqual(readResult('x').parts, []);
  assert.deepEqual(part(null), { kind: 'text', text: 'null', caption: 'content of no kind' });
  assert.deepEqual(part({ data: 1 }), { kind: 'facts', caption: 'content of no kind' });
});

test('structured content that is said as text, too, is shown once', () => {
  const text = { type: 'text', text: '{"a":1}' };
  assert.deepEqual(readResult({ content: [text], structuredContent: { a: 1 } }).parts, []);
  assert.equal(readResult({ content: [text], structuredContent: { a: 2 } }).parts.length, 1);
});
