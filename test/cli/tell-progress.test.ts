import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellProgress } from '../../src/cli/tell-progress.ts';
import type { HoldfastEvent } from '../../src/telemetry/events.ts';

const stopping = {
  type: 'server.stopping',
  at: 0,
  server: 'a',
  instance: 1,
  reason: 'stop',
} as unknown as HoldfastEvent;

test('progress is for who waits at a terminal, and of a stop only where one was asked for', () => {
  const told = (isTTY: boolean, isForStops: boolean) => {
    const written: string[] = [];
    const stderr = { isTTY, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
    tellProgress({ stderr, env: { NO_COLOR: '1' } }, stopping, isForStops);
    return written;
  };
  assert.deepEqual([told(true, true), told(true, false), told(false, true)], [['a stopping…\n'], [], []]);
});
