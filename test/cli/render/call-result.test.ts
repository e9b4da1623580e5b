import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderResult } from '../../../src/cli/render/call-result.ts';
import { plainTheme } from '../../../src/cli/render/theme.ts';
import type { CallToolResult } from '../../../src/manager.ts';

const data = Buffer.from('12345').toString('base64');
const resource = { uri: 'file:///a.txt', mimeType: 'text/plain' };

const cases: readonly (readonly [says: string, result: CallToolResult, lines: readonly string[]])[] = [
  ['text as it is', { content: [{ type: 'text', text: 'a\n  b ' }] }, ['a\n  b ']],
  [
    'pictures and sounds by kind and size',
    {
      content: [
        { type: 'image', mimeType: 'image/png', data },
        { type: 'audio', mimeType: 'audio/wav', data },
      ],
    },
    ['(image, image/png, 5 bytes)', '(audio, audio/wav, 5 bytes)'],
  ],
  ['links', { content: [{ type: 'resource_link', name: 'a', ...resource }] }, ['(link, a, text/plain, file:///a.txt)']],
  [
    'a resource with text',
    { content: [{ type: 'resource', resource: { ...resource, text: 'hi' } }] },
    ['(resource, text/plain, file:///a.txt)\nhi'],
  ],
  [
    'a resource with bytes',
    { content: [{ type: 'resource', resource: { ...resource, blob: data } }] },
    ['(resource, text/plain, 5 bytes, file:///a.txt)'],
  ],
  ['what is yet unknown', { content: [{ type: 'hologram' }] }, ['(hologram, 19 bytes)']],
  ['structured content where there is no other', { content: [], structuredContent: { a: 1 } }, ['{\n  "a": 1\n}']],
  ['nothing', { content: [] }, ['(nothing)']],
];

for (const [says, result, lines] of cases) {
  test(`the answer of a tool shows ${says}`, () => assert.deepEqual(renderResult(result, plainTheme), lines));
}
