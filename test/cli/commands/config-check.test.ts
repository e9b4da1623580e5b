import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withNothingLeft } from '../../support/leak-check.ts';
import { CommandLine, servers } from '../run-cli.ts';

const SECRET = 'sk-0123456789abcdefghij';

test('a good configuration is called good, its oddities told', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ good: { ...servers.good, comand: 'x' }, off: { command: 'x', disabled: true } });
  const { code, stdout } = await cli.run('config', 'check');
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^holdfast\.json:1:\d+: mcpServers\.good\.comand: .* \(warning\)\n\ngood {2}holdfast\.json: 1 server; disabled: off\n$/,
  );
});

test('every mistake of a named file is told at once, and ends with 3', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  writeFileSync(
    join(cli.folder, 'other.json'),
    '{ "mcpServers": {\n "a": { "args": [] },\n "b": { "command": "x", "args": 1 } } }',
  );
  const { code, stdout, stderr } = await cli.run('config', 'check', 'other.json');
  assert.deepEqual([code, stderr], [3, '']);
  assert.match(
    stdout,
    /^other\.json:2:\d+: mcpServers\.a.*\nother\.json:3:\d+: mcpServers\.b\.args: .*\n\n2 mistakes\n$/,
  );
  const json = await cli.json('config', 'check', 'other.json');
  assert.equal(json.code, 3);
  assert.equal(json.value.error.details.issues?.length, 2);
});

test('--explain says what will run, and shows no secret', async t => {
  const cli = new CommandLine(await withNothingLeft(t), { UNRELATED: SECRET });
  const { command, args } = servers.good;
  cli.configure({
    good: { command, args: [...args, `--key=${SECRET}`, 'plain-but-given'], env: { MY_KEY: 'plain-but-given' } },
    missing: servers.missing,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration
    unset: { command, args, env: { A: '${NOT_SET_ANYWHERE}' } },
    far: {
      url: `https://ada:${SECRET}@a.example/mcp?k=${SECRET}`,
      headers: { Authorization: 'Bearer plain-but-given' },
    },
    sse: { type: 'sse', url: 'https://a.example/sse' },
  });
  const { code, stdout } = await cli.run('config', 'check', '--explain');
  assert.equal(code, 0);
  assert.match(stdout, /\ngood\n {2}runs {6}.*well-behaved.*\n {2}in {8}.*\n {2}launch {4}/);
  assert.match(stdout, /\n {2}env .* MY_KEY /);
  assert.match(stdout, /\nmissing\n {2}cannot run {2}cannot find the command/);
  assert.match(stdout, /\nunset\n {2}cannot run {2}.*NOT_SET_ANYWHERE/);
  assert.match(stdout, /\nfar\n {2}asks {6}https:\/\/a\.example\/mcp\n {2}headers {3}Authorization\n/);
  assert.match(stdout, /\nsse\n {2}cannot run {2}the transport "sse" is not supported\n {2}do {10}use "type": "http"/);
  const json = await cli.run('config', 'check', '--explain', '--json');
  for (const output of [stdout, json.stdout]) assert.doesNotMatch(output, new RegExp(`${SECRET}|plain-but-given`));
  type Found = { name: string; plan: { command: string[] } | null; remote?: object; error: { code: string } | null };
  const value = JSON.parse(json.stdout) as { servers: Found[] };
  assert.deepEqual(value.servers.find(({ name }) => name === 'far')?.remote, {
    url: 'https://a.example/mcp',
    headers: ['Authorization'],
  });
  assert.equal(value.servers.find(({ name }) => name === 'sse')?.error?.code, 'NETWORK_TRANSPORT');
  assert.deepEqual(
    value.servers.map(({ name, plan }) => [name, plan?.command[0] !== undefined]),
    [
      ['good', true],
      ['missing', false],
      ['unset', false],
      ['far', false],
      ['sse', false],
    ],
  );
});
