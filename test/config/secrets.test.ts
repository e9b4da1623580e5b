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

const hidden: readonly (readonly [args: readonly string[], secrets: readonly string[]])[] = [
  [['--token', 'one'], ['one']],
  [['--api-key=two', '-p', '80'], ['two']],
  [['run', '-e', 'DB_PASSWORD=three', 'image'], ['three']],
  [
    ['--header', 'Authorization: Bearer four'],
    ['Bearer four', 'Bearer', 'four'],
  ],
  [['postgres://ada:fi%40ve@db.example/x'], ['ada:fi%40ve', 'ada:fi@ve', 'ada', 'fi%40ve', 'fi@ve']],
  [['--db=https://six@a.example'], ['six']],
  [['--token', '--verbose', '--keyboard', 'us', 'token', '.'], []],
];
for (const [args, secrets] of hidden) {
  test(`of the arguments ${args.join(' ')} secret is: ${secrets.join(', ') || 'nothing'}`, () => {
    const { servers } = read(JSON.stringify({ mcpServers: { here: { command: 'x', args } } }));
    const found = servers.flatMap(secretsOf);
    assert.deepEqual([...new Set(found)].toSorted(), [...secrets].toSorted());
  });
}
