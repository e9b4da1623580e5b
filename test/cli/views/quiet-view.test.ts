import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quietView } from '../../../src/cli/views/quiet-view.ts';

test('it says what is said for people, and no more than a file can hold', () => {
  const written: string[] = [];
  const stderr = { write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  const view = quietView({ stderr });
  view.say('a warning');
  view.event({ type: 'server.stopped', at: 0, server: 'a', instance: 1 } as Parameters<typeof view.event>[0]);
  view.stopping();
  view.close([]);
  assert.deepEqual(written, ['a warning\n']);
  for (let number = 0; number < 10_000; number++) view.say('x'.repeat(100));
  assert.ok(written.join('').length <= 65 * 1024);
});
