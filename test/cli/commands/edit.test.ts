// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { add, enable, type NewServer, remove } from '../../../src/cli/commands/edit.ts';
import { os } from '../../../src/platform/platform.ts';
import { withNothingLeft } from '../../support/leak-check.ts';
import { callIn } from '../in-process.ts';
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

const wish = (more: Partial<NewServer>): NewServer => ({ command: [], headers: [], env: [], ...more });

test('servers are added, switched and removed, and the file stays as its owner wrote it', async t => {
  const { folder } = await withNothingLeft(t);
  const file = join(folder, 'holdfast.json');
  writeFileSync(file, written);
  const text = () => readFileSync(file, 'utf8');

  const off = await callIn(folder, cli => enable(cli, 'web', false));
  assert.deepEqual(off, { code: 0, stdout: 'disabled web in holdfast.json\n', stderr: 'next: holdfast up\n' });
  assert.equal(text(), written.replace('["db"] } }', '["db"] }, "disabled": true }'));
  const again = await callIn(folder, cli => enable(cli, 'web', false), { json: true });
  assert.equal((JSON.parse(again.stdout) as { action: string }).action, 'unchanged');
  assert.equal((await callIn(folder, cli => enable(cli, 'web', true))).code, 0);
  assert.equal(text(), written);

  const server = wish({ command: ['npx', 'a\u202eb'], env: [`KEY=${SECRET}`] });
  const added = await callIn(folder, cli => add(cli, 'a b', server));
  assert.equal(added.stdout, 'added a b to holdfast.json\n  runs  npx "a\\u202eb"\n');
  assert.match(added.stderr, /the value of KEY stands in the file.*'KEY=\$\{MY_VARIABLE\}'/);
  assert.doesNotMatch(added.stderr, new RegExp(SECRET));
  if (os !== 'windows') assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal((await callIn(folder, cli => remove(cli, 'a b'))).code, 0);
  assert.equal(text(), written);
});

test('what cannot be is told with what to do, and nothing is written', async t => {
  const { folder } = await withNothingLeft(t);
  const file = join(folder, 'holdfast.json');
  writeFileSync(file, written);
  type Work = Parameters<typeof callIn>[1];
  const x = { command: ['x'] };
  const failures: readonly (readonly [work: Work, code: number, words: RegExp])[] = [
    [cli => remove(cli, 'dp'), 2, /there is no server "dp".*did you mean "db"\?/s],
    [cli => remove(cli, 'db'), 3, /holdfast\.json:4:\d+: mcpServers\.web\.holdfast\.dependsOn\[0\]: .*"db"/],
    [cli => add(cli, 'db', wish(x)), 2, /a server "db" already.*holdfast remove db/s],
    [cli => add(cli, 'x', wish({})), 2, /what is to be added\?.*holdfast add NAME --/s],
    [cli => add(cli, 'x', wish({ url: 'nonsense' })), 3, /mcpServers\.x\.url: expected an address/],
    [cli => add(cli, 'x', wish({ ...x, url: 'http://a/' })), 2, /a command or a URL, not both/],
    [cli => add(cli, 'x', wish({ ...x, env: [SECRET] })), 2, /--env needs a name and a value/],
    [cli => add(cli, 'x', wish({ ...x, headers: ['A=b'] })), 2, /--header is for a URL/],
  ];
  for (const [work, code, words] of failures) {
    const result = await callIn(folder, work);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, words);
    assert.doesNotMatch(result.stderr, new RegExp(SECRET));
  }
  assert.equal(readFileSync(file, 'utf8'), written);
});

test('the file is made where there is none, for its owner alone; that of VS Code keeps its key', async t => {
  const { folder } = await withNothingLeft(t);
  const made = join(folder, 'new', 'mine.json');
  const far = wish({ url: 'https://a.example/mcp', headers: ['X-Key: ${K}'] });
  const { stdout } = await callIn(folder, cli => add(cli, 'far', far), { json: true, config: made });
  assert.deepEqual(JSON.parse(stdout), { action: 'added', server: 'far', file: made, created: true, manager: null });
  assert.deepEqual(JSON.parse(readFileSync(made, 'utf8')), {
    mcpServers: { far: { url: 'https://a.example/mcp', headers: { 'X-Key': '${K}' } } },
  });
  if (os !== 'windows') assert.equal(statSync(made).mode & 0o777, 0o600);
  const other = join(folder, 'mcp.json');
  writeFileSync(other, '{ "servers": { "a": { "command": "x" } } }');
  await callIn(folder, cli => add(cli, 'b', wish({ command: ['y'] })), { config: 'mcp.json' });
  assert.equal(readFileSync(other, 'utf8'), '{ "servers": { "a": { "command": "x" }, "b": {"command":"y"} } }');
});

test('what is after "--" is the command, and nothing else', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const variables = ['--env', 'A=1', '--env', 'B=2'];
  const { stdout } = await cli.run('add', 'a', ...variables, '--config', 'a.json', '--', 'npx', '-y', '--json', 'x');
  assert.match(stdout, /^added a to a\.json\n/);
  assert.deepEqual(JSON.parse(readFileSync(join(cli.folder, 'a.json'), 'utf8')), {
    mcpServers: { a: { command: 'npx', args: ['-y', '--json', 'x'], env: { A: '1', B: '2' } } },
  });
});
