import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { xmlText } from '../../../src/cli/service/xml.ts';

const read = (text: string): string =>
  text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

test('every text is read back as it was, and is ASCII without markup on the way', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), text => {
      const written = xmlText(text);
      assert.match(written, /^[\x20-\x7e]*$/);
      assert.doesNotMatch(written, /[<>"]|&(?!(?:amp|lt|gt|quot|#\d+);)/);
      // What is written as a number holds no further markup.
      assert.equal(read(written), text);
    }),
  );
});
