import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { Unread } from '../../src/gateway/unread.ts';

class Answer extends EventEmitter {
  writableLength: number;
  isDestroyed = false;

  constructor(writableLength: number) {
    super();
    this.writableLength = writableLength;
  }

  destroy(): ServerResponse {
    this.isDestroyed = true;
    this.emit('close');
    return this as unknown as ServerResponse;
  }
}

test('who leaves the most lying is cut off, and only until the rest is within the limit', () => {
  const unread = new Unread(10);
  const answers = [4, 9, 5, 0].map(length => new Answer(length));
  for (const answer of answers) unread.watch(answer as unknown as ServerResponse);
  assert.equal(unread.tick(), 1);
  assert.deepEqual(
    answers.map(({ isDestroyed }) => isDestroyed),
    [false, true, false, false],
  );
  assert.equal(unread.tick(), 0);
  answers[0]?.emit('close');
  for (const answer of answers) answer.writableLength = 6;
  assert.equal(unread.tick(), 1, 'what is closed counts no more');
});
