import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { argumentsOf, argumentsOfJson, type Draft, draftOf, emptyDraft } from '../../../web/src/model/form.ts';
import { formOf, type GroupField } from '../../../web/src/model/schema.ts';

function form(properties: object, required: readonly string[] = []): GroupField {
  const made = formOf({ type: 'object', properties, required });
  assert.ok(made);
  return made;
}
const argumentsFrom = (made: GroupField, draft: Draft) => {
  const outcome = argumentsOf(made, draft);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.value;
};
const errorsOf = (made: GroupField, draft: Draft) => {
  const outcome = argumentsOf(made, draft);
  return outcome.ok ? [] : outcome.errors.map(({ path, message }) => `${path} ${message}`);
};

test('a form begins with the defaults, and what is left open is left out', () => {
  const made = form({
    n: { type: 'integer', default: 5 },
    s: { type: 'string' },
    b: { type: 'boolean', default: false },
    e: { enum: ['x', 'y'], default: 'y' },
    o: { type: 'object', properties: { in: { type: 'string' } } },
    l: { type: 'array', items: { type: 'string' } },
  });
  const draft = emptyDraft(made);
  assert.deepEqual(draft, { n: '5', s: '', b: 'false', e: '1', o: { in: '' }, l: [] });
  assert.deepEqual(argumentsFrom(made, draft), { n: 5, b: false, e: 'y' });
});

test('what is typed becomes values of the right type', () => {
  const made = form({
    n: { type: 'number' },
    e: { enum: [1, 'one', null] },
    o: { type: 'object', properties: { deep: { type: 'array', items: { type: 'integer' } } } },
    j: {},
  });
  const draft = { n: ' -1.5e3 ', e: '2', o: { deep: ['1', '2'] }, j: '{"a": [1]}' };
  assert.deepEqual(argumentsFrom(made, draft), { n: -1500, e: null, o: { deep: [1, 2] }, j: { a: [1] } });
});

test('what is required must be there: texts, choices, also inside', () => {
  const inner = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
  const made = form({ s: { type: 'string' }, e: { enum: ['x', 'y'] }, o: inner, l: { type: 'array', items: inner } }, [
    's',
    'e',
    'o',
  ]);
  const draft = { s: '', e: '', o: { name: '' }, l: [{ name: '' }] };
  assert.deepEqual(errorsOf(made, draft), [
    's is required',
    'e is required',
    'o.name is required',
    'l.0.name is required',
  ]);
});

test('an object that is not asked for, and of which nothing is said, asks for nothing', () => {
  const inner = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
  assert.deepEqual(argumentsFrom(form({ o: inner }), { o: { name: '' } }), {});
});

test('a list that is required is an empty one where nothing is in it', () => {
  const made = form({ l: { type: 'array', items: { type: 'string' } } }, ['l']);
  assert.deepEqual(argumentsFrom(made, { l: [] }), { l: [] });
});

const wrong: readonly (readonly [schema: object, text: Draft, complaint: string])[] = [
  [{ type: 'number' }, 'x', 'x is not a number'],
  [{ type: 'integer' }, '1.5', 'x must be a whole number'],
  [{ type: 'integer', minimum: 1 }, '0', 'x must be at least 1'],
  [{ type: 'number', exclusiveMaximum: 1 }, '1', 'x must be less than 1'],
  [{ type: 'string', minLength: 3 }, 'ab', 'x needs at least 3 characters'],
  [{ type: 'string', maxLength: 1 }, 'ab', 'x takes at most 1 characters, and has 2'],
  [{ type: 'string', pattern: '^a' }, 'b', 'x must match ^a'],
  [{ type: 'array', items: { type: 'string' }, minItems: 2 }, ['a'], 'x needs at least 2 items'],
  [{ type: 'array', items: { type: 'string' }, maxItems: 1 }, ['a', 'b'], 'x takes at most 1 items'],
  [{ type: 'array', items: { type: 'integer' } }, ['1', 'y'], 'x.1 is not a number'],
  [{ type: 'object' }, '[1]', 'x must be object, and is array'],
];
for (const [schema, text, complaint] of wrong) {
  test(`it is told that "${complaint}"`, () =>
    assert.deepEqual(errorsOf(form({ x: schema }), { x: text }), [complaint]));
}

test('a pattern that is none is the server’s to judge by', () => {
  assert.deepEqual(argumentsFrom(form({ x: { type: 'string', pattern: '(' } }), { x: 'a' }), { x: 'a' });
});

test('arguments as JSON are read, and what is wrong with them is told', () => {
  const made = form({ a: { type: 'string' } }, ['a']);
  assert.deepEqual(argumentsOfJson('{"a": 1, "more": true}', made), { ok: true, value: { a: 1, more: true } });
  assert.deepEqual(argumentsOfJson('', null), { ok: true, value: {} });
  const complaint = (text: string) => {
    const outcome = argumentsOfJson(text, made);
    return outcome.ok ? '' : outcome.errors.map(({ message }) => message).join();
  };
  assert.match(complaint('{'), /^is no JSON: /);
  assert.equal(complaint('[]'), 'must be object, and is array');
  assert.equal(complaint('{}'), '"a" is required');
});

test('values come back from a form as they went in', () => {
  const made = form({
    s: { type: 'string' },
    n: { type: 'number' },
    b: { type: 'boolean' },
    e: { enum: ['x', 'y', 3] },
    l: { type: 'array', items: { type: 'object', properties: { k: { type: 'integer' } }, required: ['k'] } },
    j: {},
  });
  const values = fc.record(
    {
      s: fc.string({ minLength: 1 }),
      n: fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0),
      b: fc.boolean(),
      e: fc.constantFrom('x', 'y', 3),
      l: fc.array(fc.record({ k: fc.integer() }, { noNullPrototype: true }), { minLength: 1 }),
      j: fc.jsonValue(),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  fc.assert(
    fc.property(values, value => {
      const plain = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
      assert.deepEqual(argumentsFrom(made, draftOf(made, plain)), plain);
    }),
  );
});
