import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { test } from 'node:test';
import { fixture } from '../../support/fixture.ts';
import { HttpSession } from '../../support/http-session.ts';
import { withNothingLeft } from '../../support/leak-check.ts';
import { CommandLine } from '../run-cli.ts';

test('down of a manager that runs for a client says that the client will start it again, and how to end it', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ one: fixture('well-behaved') });
  const client = cli.client(['connect']);
  await client.initialize();
  const { code, stdout, stderr } = await cli.run('down');
  assert.deepEqual([code, stdout], [0, `stopped (pid ${client.pid}): one\n`]);
  assert.match(
    stderr,
    /ran inside a "holdfast connect": .* start the servers again in about 3 seconds\nclose the clients/,
  );
  await client.end();
});

test('down of another one says so while a connect is there, and only then', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ one: fixture('well-behaved') });
  const ended = async () => {
    const { pid, mayComeBack } = (await cli.json('down')).value as unknown as { pid: number; mayComeBack: boolean };
    return [pid, mayComeBack];
  };
  const first = cli.start('up');
  await first.line('stdout', /is up/);
  // A client of the URL that never says goodbye: nobody would start the servers again for it.
  const { manager } = (await cli.json('status')).value as unknown as { manager: { url: string; token: string } };
  const agent = new Agent({ keepAlive: true });
  await HttpSession.open({ url: manager.url, token: readFileSync(manager.token, 'utf8').trim(), agent });
  assert.deepEqual(await ended(), [first.child.pid, false]);
  agent.destroy();
  const second = cli.start('up');
  await second.line('stdout', /is up/);
  const client = cli.client(['connect']);
  await client.initialize();
  assert.deepEqual(await ended(), [second.child.pid, true]);
  await client.end();
  await Promise.all([first.finished, second.finished]);
});
