// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { os } from '../../../src/platform/platform.ts';
import { withNothingLeft } from '../../support/leak-check.ts';
import { CommandLine } from '../run-cli.ts';

const SECRET = 'plain-but-given';

const written = `{
  // mine
  "mcpServers": {
    "web": { "command": "web", "holdfast": { "dependsOn": ["db"] } }, // needs db
    "db": {
      "command": "db"
    }
  }
}
`;

test('servers are added, switched and removed, and the file stays as its owner wrote it', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const file = join(cli.folder, 'holdfast.json');
  writeFileSync(file, written);
  const text = () => readFileSync(file, 'utf8');

  const off = await cli.run('disable', 'web');
  assert.deepEqual([off.code, off.stdout, off.stderr], [0, 'disabled web in holdfast.json\n', 'next: holdfast up\n']);
  assert.equal(text(), written.replace('["db"] } }', '["db"] }, "disabled": true }'));
  assert.equal((await cli.json('disable', 'web')).value.action, 'unchanged');
  assert.equal((await cli.run('enable', 'web')).code, 0);
  assert.equal(text(), written);

  const added = await cli.run('add', 'a b', '--env', `KEY=${SECRET}`, '--', 'npx', '-y', '--json', 'a\u202eb');
  assert.equal(added.code, 0);
  assert.match(added.stdout, /^added a b to holdfast\.json\n {2}runs {2}npx -y --json "a\\u202eb"\n$/);
  assert.match(added.stderr, /the value of KEY stands in the file.*'KEY=\$\{MY_VARIABLE\}'/);
  assert.doesNotMatch(added.stdout + added.stderr, new RegExp(SECRET));
  if (os !== 'windows') assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal((await cli.run('remove', 'a b')).code, 0);
  assert.equal(text(), written);
});

test('what cannot be is told with what to do, and nothing is written', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const file = join(cli.folder, 'holdfast.json');
  writeFileSync(file, written);
  const failures: readonly (readonly [args: readonly string[], code: number, words: RegExp])[] = [
    [['remove', 'dp'], 2, /there is no server "dp".*did you mean "db"\?/s],
    [['remove', 'db'], 3, /holdfast\.json:4:\d+: mcpServers\.web\.holdfast\.dependsOn\[0\]: .*"db"/],
    [['add', 'db', '--', 'x'], 2, /a server "db" already.*holdfast remove db/s],
    [['add', 'x', '--url', 'nonsense'], 3, /mcpServers\.x\.url: expected an address/],
    [['add', 'x', '--env', SECRET, '--', 'x'], 2, /--env needs a name and a value/],
  ];
  for (const [args, code, words] of failures) {
    const result = await cli.run(...args);
    assert.equal(result.code, code, args.join(' '));
    assert.match(result.stderr, words);
    assert.doesNotMatch(result.stderr, new RegExp(SECRET));
  }
  assert.equal(readFileSync(file, 'utf8'), written);
});

test('the file is made where there is none, for its owner alone; that of VS Code keeps its key', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const made = join(cli.folder, 'new', 'mine.json');
  const { value } = await cli.json(
    'add',
    'far',
    '--url',
    'https://a.example/mcp',
    '--header',
    'X-Key: ${K}',
    '--config',
    made,
  );
  assert.deepEqual(value, { action: 'added', server: 'far', file: made, created: true, manager: null });
  assert.deepEqual(JSON.parse(readFileSync(made, 'utf8')), {
    mcpServers: { far: { url: 'https://a.example/mcp', headers: { 'X-Key': '${K}' } } },
  });
  if (os !== 'windows') assert.equal(statSync(made).mode & 0o777, 0o600);
  const other = join(cli.folder, 'mcp.json');
  writeFileSync(other, '{ "servers": { "a": { "command": "x" } } }');
  await cli.run('add', 'b', '--config', 'mcp.json', '--', 'y');
  assert.equal(readFileSync(other, 'utf8'), '{ "servers": { "a": { "command": "x" }, "b": {"command":"y"} } }');
});
