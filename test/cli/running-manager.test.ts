import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { fixture } from '../support/fixture.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { type Answer, CommandLine } from './run-cli.ts';

/** A configuration that no command finds by itself. */
function hidden(cli: CommandLine, name: string): string {
  const folder = join(cli.folder, name);
  mkdirSync(folder);
  const file = join(folder, 'mcp.json');
  renameSync(cli.configure({ [name]: fixture('well-behaved') }), file);
  return file;
}

test('without a configuration the only running manager is meant; of two, one has to be named', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  assert.equal((await cli.run('status')).code, 3, 'there is neither a configuration nor a manager');
  assert.equal((await cli.run('status', '--all')).code, 4);

  const [one, two] = [hidden(cli, 'one'), hidden(cli, 'two')];
  const first = cli.start('up', '--config', one);
  await first.line('stdout', /is up/);
  assert.match((await cli.run('status')).stdout, /one/);
  assert.equal((await cli.run('call', 'one', 'echo', '{"text":"hello"}')).stdout, 'hello\n');

  const second = cli.start('up', '--config', two);
  await second.line('stdout', /is up/);
  const { code, stderr } = await cli.run('status');
  assert.equal(code, 2);
  assert.match(stderr, /2 managers are running/);
  for (const [file, up] of [
    [one, first],
    [two, second],
  ] as const) {
    const name = `--config ${relative(cli.folder, file)} (pid ${up.child.pid}, http://127.0.0.1:`;
    assert.ok(stderr.includes(name), `${name} in ${stderr}`);
  }
  const all = (await cli.json('status', '--all')).value as unknown as { managers: readonly Answer[] };
  const found = all.managers.map(({ manager, servers }) => [manager.pid, manager.config, servers[0]?.name]);
  assert.deepEqual(
    new Map(found.map(([pid, ...rest]) => [pid, rest])),
    new Map([
      [first.child.pid, [one, 'one']],
      [second.child.pid, [two, 'two']],
    ]),
  );
  assert.match((await cli.run('status', '--config', two)).stdout, /two/);

  assert.equal((await cli.run('down', '--config', one)).code, 0);
  cli.configure({});
  const other = await cli.run('status');
  assert.equal(other.code, 4);
  assert.match(other.stderr, /no manager is running for holdfast\.json\n.*\n.*or name one that runs: --config two/);
  assert.match((await cli.run('status', '--all')).stdout, /● two/);
  rmSync(join(cli.folder, 'holdfast.json'));
  assert.equal((await cli.run('down')).code, 0);
  await Promise.all([first.finished, second.finished]);
});
