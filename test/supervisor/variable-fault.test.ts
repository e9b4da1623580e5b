// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFromObject } from '../../src/config/load.ts';
import { variableFault } from '../../src/supervisor/variable-fault.ts';

function toldToClients(entry: object): string {
  const [server] = configFromObject({ mcpServers: { one: entry } }, { env: {}, home: '/', cwd: '/' }).servers;
  assert.ok(server?.problem !== undefined);
  return JSON.stringify(variableFault(server, server.problem).toClient());
}

test('a client hears the name of each variable that is not set, once, and no key or path', () => {
  const env = { A: '${NOPE_KEY}', B: '${NOPE_KEY} ${env:OTHER_KEY}', C: '${SET:-${INNER}}' };
  const told = toldToClients({ command: 'x', env });
  assert.match(told, /set NOPE_KEY, OTHER_KEY, INNER where Holdfast is started/);
  assert.doesNotMatch(told, /mcpServers/);
  assert.match(toldToClients({ url: 'https://a.example', headers: { A: '${NOPE_KEY}' } }), /set NOPE_KEY where/);
});

test('where no variable is to blame, none is named, and no path either', () => {
  assert.doesNotMatch(toldToClients({ command: 'x', envFile: '/nowhere/secret.env' }), /nowhere/);
  assert.match(toldToClients({ command: 'x', env: { A: '${input:key}' } }), /set it where Holdfast is started/);
});
