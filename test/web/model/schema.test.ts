import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Field, formOf, takes } from '../../../web/src/model/schema.ts';

/** The one field of a form for `{ x: schema }`. */
function fieldOf(schema: unknown, root: object = {}): Field {
  const form = formOf({ type: 'object', properties: { x: schema }, ...root });
  const [field] = form?.fields ?? [];
  assert.ok(field);
  return field;
}

const kinds: readonly (readonly [says: string, schema: unknown, kind: Field['kind'], takes: string])[] = [
  ['a string', { type: 'string' }, 'text', 'Text'],
  [
    'a bounded string',
    { type: 'string', minLength: 1, maxLength: 9 },
    'text',
    'Text, at least 1 characters, at most 9 characters',
  ],
  ['a formatted string', { type: 'string', format: 'email', pattern: '@' }, 'text', 'Text (email), matching @'],
  ['a number', { type: 'number', minimum: 0, exclusiveMaximum: 1 }, 'number', 'Number, at least 0, less than 1'],
  ['an old exclusive bound', { type: 'number', minimum: 0, exclusiveMinimum: true }, 'number', 'Number, more than 0'],
  ['an integer', { type: 'integer', default: 5 }, 'number', 'Whole number, default 5'],
  ['a boolean', { type: 'boolean' }, 'boolean', 'Yes or no'],
  ['an enum', { enum: ['a', 1, null] }, 'choice', 'One of 3'],
  ['a const', { const: 'a' }, 'choice', 'One of 1'],
  ['named constants', { oneOf: [{ const: 1, title: 'one' }, { const: 2 }] }, 'choice', 'One of 2'],
  ['what may be null', { type: ['string', 'null'] }, 'text', 'Text'],
  ['what may be null, in other words', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'number', 'Whole number'],
  ['a list', { type: 'array', items: { type: 'string' }, maxItems: 3 }, 'list', 'List, at most 3 items'],
  ['an object', { type: 'object', properties: { a: { type: 'string' } } }, 'group', 'Object'],
  ['an object of anything', { type: 'object' }, 'json', 'JSON: object'],
  ['a map', { type: 'object', additionalProperties: { type: 'string' } }, 'json', 'JSON: object'],
  ['a tuple', { type: 'array', prefixItems: [{}], items: {} }, 'json', 'JSON: array'],
  ['several types', { type: ['string', 'number'] }, 'json', 'JSON: string or number'],
  ['a choice of schemas', { anyOf: [{ type: 'string' }, { type: 'number' }] }, 'json', 'Any JSON'],
  ['anything', {}, 'json', 'Any JSON'],
  ['true', true, 'json', 'Any JSON'],
];
for (const [says, schema, kind, words] of kinds) {
  test(`${says} has its field`, () => {
    const field = fieldOf(schema);
    assert.deepEqual([field.kind, takes(field)], [kind, words]);
  });
}

test('names, descriptions and what is required come from the schema', () => {
  const form = formOf({
    properties: { a: { type: 'string', title: 'The A', description: 'why' }, b: { type: 'string' } },
    required: ['a'],
  });
  assert.deepEqual(
    form?.fields.map(({ key, label, description, isRequired }) => [key, label, description, isRequired]),
    [
      ['a', 'The A', 'why', true],
      ['b', 'b', null, false],
    ],
  );
});

test('a reference is followed, with the words that stand beside it', () => {
  const field = fieldOf(
    { $ref: '#/$defs/size~1x', description: 'mine' },
    { $defs: { 'size/x': { type: 'integer', description: 'its' } } },
  );
  assert.deepEqual([field.kind, field.description], ['number', 'mine']);
});

test('a schema that refers to itself has an end', () => {
  const node = { type: 'object', properties: { next: { $ref: '#/$defs/node' } } };
  const field = fieldOf({ $ref: '#/$defs/node' }, { $defs: { node } });
  const depth = (at: Field): number => (at.kind === 'group' ? 1 + Math.max(...at.fields.map(depth)) : 0);
  assert.ok(depth(field) < 5);
  assert.equal(fieldOf({ $ref: '#/$defs/loop' }, { $defs: { loop: { $ref: '#/$defs/loop' } } }).kind, 'json');
});

test('no arguments is a form without fields, and no object is no form', () => {
  assert.deepEqual(formOf({ type: 'object' })?.fields, []);
  assert.deepEqual(formOf({ type: 'object', properties: {}, additionalProperties: false })?.fields, []);
  for (const schema of [undefined, null, 'x', { type: 'string' }, { type: 'object', additionalProperties: true }]) {
    assert.equal(formOf(schema), null);
  }
});
