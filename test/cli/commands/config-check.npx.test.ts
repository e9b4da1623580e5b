import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withNothingLeft } from '../../support/leak-check.ts';
import { projectRoot } from '../../support/project-root.ts';
import { CommandLine } from '../run-cli.ts';

test('--explain says what an npx line becomes, from where and why, without asking the registry', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  const npx = (name: string) => ({
    command: 'npx',
    args: ['-y', name],
    cwd: projectRoot(),
    // Nobody listens on the discard port.
    env: { npm_config_registry: 'http://127.0.0.1:9/' },
  });
  cli.configure({
    here: npx('@modelcontextprotocol/server-everything'),
    nowhere: npx('holdfast-test-no-such-package@9.9.9'),
  });
  const { code, stdout } = await cli.run('config', 'check', '--explain');
  assert.equal(code, 0);
  assert.match(stdout, /\nhere\n {2}runs {6}.*node\S* \S*server-everything\S*\.js\n[\s\S]*launch {4}direct\b.*\n/);
  assert.match(stdout, /\nnowhere\n {2}runs {6}.*npx-cli\.js.*\n[\s\S]*launch {4}resolved\b.*\n/);
  const { servers } = JSON.parse((await cli.run('config', 'check', '--explain', '--json')).stdout) as {
    servers: { name: string; plan: { launch: string; why: string; package: { name: string } | null } }[];
  };
  const plans = servers.map(({ plan }) => [plan.launch, plan.package?.name ?? null, plan.why.length > 0]);
  assert.deepEqual(plans, [
    ['direct', '@modelcontextprotocol/server-everything', true],
    ['resolved', null, true],
  ]);
});
