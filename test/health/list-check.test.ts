import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { ListCheck, type Listed } from '../../src/health/list-check.ts';
import { ToolWatch } from '../../src/health/tool-watch.ts';
import type { Item } from '../../src/session/catalogue.ts';
import { FakeClock } from '../support/fake-clock.ts';

const tool: Item = { key: 'a', raw: '{"name":"a"}' };

function checking() {
  const clock = new FakeClock();
  const tools = new ToolWatch();
  const asked: PromiseWithResolvers<readonly Item[] | null>[] = [];
  const check = new ListCheck(clock, 10_000, tools, () => {
    const question = withResolvers<readonly Item[] | null>();
    asked.push(question);
    return question.promise;
  });
  const told: Listed[] = [];
  const run = (incarnation: number) => check.run(incarnation, listed => told.push(listed));
  return { clock, tools, asked, told, run };
}

test('a list that comes is told once', async () => {
  const { clock, asked, told, run } = checking();
  const done = run(1);
  asked[0]?.resolve([tool]);
  await done;
  assert.deepEqual(told, [[tool]]);
  assert.deepEqual(clock.pending, []);
});

test('a list that never comes is overdue, and is not asked for again meanwhile', async () => {
  const { clock, asked, told, run } = checking();
  void run(1);
  await clock.advance(10_000);
  assert.deepEqual(told, ['overdue']);
  await run(1);
  assert.equal(asked.length, 1);
});

test('an overdue list that comes after all is told too', async () => {
  const { clock, asked, told, run } = checking();
  const done = run(1);
  await clock.advance(10_000);
  asked[0]?.resolve([tool]);
  await done;
  assert.deepEqual(told, ['overdue', [tool]]);
});

test('a refusal is an answer', async () => {
  const { asked, told, run } = checking();
  const done = run(1);
  asked[0]?.resolve(null);
  await done;
  assert.deepEqual(told, ['refused']);
});

test('nothing is told of a process that goes down, and its successor is asked afresh', async () => {
  const { clock, asked, told, run } = checking();
  const done = run(1);
  const next = run(2);
  asked[0]?.reject(new HoldfastError('CONNECTION_CLOSED'));
  asked[1]?.resolve([tool]);
  await Promise.all([done, next]);
  assert.deepEqual(told, [[tool]]);
  assert.deepEqual(clock.pending, []);
});

test('an empty list where there were tools is looked at twice', async () => {
  const { tools, asked, told, run } = checking();
  tools.started([tool]);
  const done = run(1);
  asked[0]?.resolve([]);
  await new Promise(setImmediate);
  asked[1]?.resolve([tool]);
  await done;
  assert.deepEqual(told, [[tool]]);
});

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers<T>(): PromiseWithResolvers<T> {
  let settle: Omit<PromiseWithResolvers<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (settle === undefined) throw new TypeError('the executor runs at once');
  return { promise, ...settle };
}
