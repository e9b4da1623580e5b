// The configuration file changes while clients work: nobody notices but by what has changed.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommandLine } from '../cli/run-cli.ts';
import { eventually } from '../support/eventually.ts';
import { fixture } from '../support/fixture.ts';
import { startGateway } from '../support/gateway.ts';
import { HttpSession, textOf } from '../support/http-session.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';

checkBeforeAndAfter();

const CLIENTS = 8;

test('eight clients work on while their server gets new settings three times, and then a mistake', async t => {
  const sandbox = await withNothingLeft(t);
  const cli = new CommandLine(sandbox);
  const configure = (mark: string) =>
    cli.configure({
      one: { ...fixture('well-behaved'), env: { ...sandbox.env, MARK: mark } },
      two: fixture('well-behaved'),
    });
  configure('0');
  const gateway = await startGateway(cli);
  const status = async () => (await cli.json('status')).value;
  const open = async (_: unknown, n: number) => {
    const session = await HttpSession.open({ url: gateway.url('one'), token: gateway.token, name: `client ${n}` });
    sandbox.later(() => session.hangUp());
    return session;
  };
  const clients = await Promise.all(Array.from({ length: CLIENTS }, open));
  const pids = new Set<string>();
  let isOver = false;
  let calls = 0;
  // `write` is not safe to repeat: an error would be told.
  const working = clients.map(async client => {
    while (!isOver) {
      const answer = await client.call('write', { key: 'a', value: 'b', ms: 20 });
      assert.equal(textOf(answer), 'written', JSON.stringify(answer));
      pids.add(textOf(await client.call('pid')));
      calls += 2;
    }
  });
  const untouched = (await status()).servers.find(({ name }) => name === 'two')?.pid;
  for (const mark of ['1', '2', '3']) {
    const seen = pids.size;
    configure(mark);
    await eventually(() => pids.size > seen, { what: `a process with settings ${mark}`, timeoutMs: 20_000 });
  }
  writeFileSync(join(cli.folder, 'holdfast.json'), '{ "mcpServers": { "one": { "comand": 1 } }');
  const problems = async () => (await status()).manager.configuration.problems;
  await eventually(async () => (await problems()).length > 0, { what: 'the mistake to be told', timeoutMs: 20_000 });
  const before = calls;
  await eventually(() => calls > before + CLIENTS, { what: 'clients to work on' });
  isOver = true;
  await Promise.all(working);
  assert.equal(pids.size, 4);
  const { manager, servers } = await status();
  assert.equal(manager.configuration.problems[0]?.line, 1);
  assert.equal(servers.find(({ name }) => name === 'two')?.pid, untouched);
  assert.deepEqual(
    servers.map(({ restarts }) => restarts.total),
    [0, 0],
  );
  const told = await cli.run('status');
  assert.match(told.stdout, /holdfast\.json has mistakes/);
  await gateway.stop();
});
