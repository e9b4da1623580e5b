import assert from 'node:assert/strict';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fixture } from '../support/fixture.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { CommandLine } from './run-cli.ts';

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
  assert.match((await cli.run('status', '--config', two)).stdout, /two/);

  assert.equal((await cli.run('down', '--config', one)).code, 0);
  assert.equal((await cli.run('down')).code, 0);
  await Promise.all([first.finished, second.finished]);
});
