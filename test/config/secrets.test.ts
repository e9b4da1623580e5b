import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretsOf } from '../../src/config/secrets.ts';
import { read } from './read.ts';

test('the values of env, of headers, and what an address may hide are secrets', () => {
  const { servers } = read(
    JSON.stringify({
      mcpServers: {
        here: { command: 'x', args: ['open'], env: { KEY: 'one' } },
        far: { url: 'https://ada:two@a.example/mcp?key=three', headers: { Authorization: 'Bearer four' } },
      },
    }),
  );
  assert.deepEqual(
    servers.map(server => secretsOf(server).toSorted()),
    [['one'], ['Bearer', 'Bearer four', 'ada', 'four', 'three', 'two']],
  );
});
