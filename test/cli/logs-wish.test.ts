import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import { channelList, lineCount, logsWish, since } from '../../src/cli/logs-wish.ts';

test('without a word it is the last lines, since a time it is all of them', () => {
  const usual = {
    server: undefined,
    isFollowing: false,
    channels: null,
    since: null,
    level: undefined,
    isOfRuns: false,
  };
  assert.deepEqual(logsWish(undefined, {}, undefined), { ...usual, lines: 200 });
  assert.equal(logsWish('files', { since: 7 }, undefined).lines, Number.POSITIVE_INFINITY);
  assert.equal(logsWish('files', { since: 7, lines: 3 }, undefined).lines, 3);
  assert.equal(logsWish('files', { lines: lineCount('all') }, undefined).lines, Number.POSITIVE_INFINITY);
});

test('the level of this command wins over that of all commands', () => {
  assert.equal(logsWish(undefined, {}, 'debug').level, 'debug');
  assert.equal(logsWish(undefined, { level: 'warn' }, 'debug').level, 'warn');
});

test('channels are a list, whatever their case; what is none is refused, and so are other mistakes', () => {
  assert.deepEqual(channelList('error, Performance'), ['error', 'performance']);
  for (const wrong of [
    () => channelList('error,'),
    () => lineCount('many'),
    () => lineCount('-1'),
    () => since('tomorrow'),
  ])
    assert.throws(wrong, InvalidArgumentError);
});
