import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NdjsonReader } from '../../../web/src/model/ndjson.ts';

test('objects come out whole however the text was cut', () => {
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.string(), fc.string())), fc.array(fc.nat(200)), (objects, cuts) => {
      const text = objects.map(object => `${JSON.stringify(object)}\n`).join('');
      const places = [0, ...cuts.filter(cut => cut < text.length).sort((a, b) => a - b), text.length];
      const reader = new NdjsonReader();
      const read = places.slice(1).flatMap((end, index) => reader.push(text.slice(places[index], end)));
      assert.deepEqual(read, JSON.parse(JSON.stringify(objects)));
    }),
  );
});

test('a line that is no JSON is no event', () => {
  assert.throws(() => new NdjsonReader().push('<html>\n'), SyntaxError);
});
