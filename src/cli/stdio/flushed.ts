import type { Writable } from 'node:stream';
import { systemClock } from '../../process/clock.ts';
import { firstOf } from '../../process/wait.ts';

/** Waits until the reader has taken everything, `ms` at most; false where it has not. */
export async function flushed(stream: Writable, ms: number): Promise<boolean> {
  if (stream.writableLength === 0 || !stream.writable) return true;
  await firstOf(systemClock, ms, new Promise(resolve => stream.write('', resolve)));
  return stream.writableLength === 0;
}
