import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logTo } from '../../src/cli/log-to.ts';
import type { EventListener } from '../../src/telemetry/event-hub.ts';

/** Where a log line comes out: in stderr itself, or said by the view that draws there. */
async function logOnce(isTTY: boolean) {
  const told = { stderr: '', said: '' };
  const write = (text: string) => {
    told.stderr += text;
  };
  const stderr = { isTTY, write } as unknown as NodeJS.WriteStream;
  const listeners: EventListener[] = [];
  const onEvent = (listener: EventListener) => {
    listeners.push(listener);
    return () => undefined;
  };
  const cli = { options: { logLevel: 'info', json: false }, env: { NO_COLOR: '1' }, stderr } as const;
  const say = (text: string) => {
    told.said += text;
  };
  const end = await logTo(cli, { onEvent }, text => text, say);
  for (const listener of listeners) listener({ type: 'manager.stopped', at: 0, survivors: [] });
  end();
  return told;
}

test('logs go to stderr where it is a file, though a table is drawn on stdout', async () => {
  const { stderr, said } = await logOnce(false);
  assert.match(stderr, /^\{"level":"info",.*"type":"manager.stopped".*\}\n$/);
  assert.equal(said, '');
});

test('on a terminal the view writes them, between what it draws', async () => {
  const { stderr, said } = await logOnce(true);
  assert.match(said, /^\S+ info {2}all servers are stopped$/);
  assert.equal(stderr, '');
});
