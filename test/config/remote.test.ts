// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RemoteServer } from '../../src/config/types.ts';
import { emptyDisk, line, mistakesOf, read, warningsOf } from './read.ts';

function remote(entry: object, env: Readonly<Record<string, string>> = {}): RemoteServer {
  const [server] = read(JSON.stringify({ mcpServers: { far: entry } }), emptyDisk, env).servers;
  assert.ok(server?.kind === 'remote');
  return server;
}

test('an address makes a remote server, whatever it is called, with its headers', () => {
  for (const key of ['url', 'serverUrl', 'httpUrl']) {
    const headers = { Authorization: 'Bearer ${TOKEN}', 'X-Team': '${TEAM:-none}' };
    const server = remote({ [key]: 'https://${HOST}/mcp', headers }, { HOST: 'a.example', TOKEN: 'sesame\n' });
    assert.deepEqual(
      [server.url, server.headers, server.transport, server.problem],
      ['https://a.example/mcp', { Authorization: 'Bearer sesame', 'X-Team': 'none' }, 'http', undefined],
    );
  }
});

test('what people see of an address is what is written, without login and query', () => {
  const { url, shown } = remote({ url: 'https://ada:${PW}@a.example/s/${KEY}/mcp?token=x#y' }, { PW: 'p', KEY: 'k' });
  assert.equal(url, 'https://ada:p@a.example/s/k/mcp?token=x#y');
  assert.equal(shown, 'https://a.example/s/${KEY}/mcp');
});

test('a variable that is not set fails its server alone, by name', () => {
  const { problem } = remote({ url: 'https://${HOST}/mcp', headers: { A: '${TOKEN}' } });
  assert.deepEqual(problem?.split('; ').sort(), [
    'the variable HOST is not set (mcpServers.far.url)',
    'the variable TOKEN is not set (mcpServers.far.headers.A)',
  ]);
});

test('what a variable holds is told where no header can have it', () => {
  const { problem } = remote({ url: 'https://a.example', headers: { A: '${TOKEN}' } }, { TOKEN: 'two\nlines' });
  assert.equal(problem, 'what a variable holds cannot be sent in a header (mcpServers.far.headers.A)');
});

test('another transport is a server, too, which will say what to use', () => {
  assert.equal(remote({ type: 'sse', url: 'https://a.example/sse' }).transport, 'sse');
  assert.equal(remote({ type: 'WS', url: 'https://a.example/ws' }).transport, 'ws');
  for (const type of ['http', 'streamable-http', 'streamableHttp', undefined])
    assert.equal(remote({ type, url: 'https://a.example/mcp' }).transport, 'http');
});

test('an address that is none is a mistake, and so is a header that cannot be sent', () => {
  assert.deepEqual(mistakesOf(line('"a": { "url": "ftp://a.example" }')), [
    '2:15 mcpServers.a.url: expected an address that begins with http:// or https://',
  ]);
  assert.deepEqual(mistakesOf(line('"a": { "type": "http", "command": "x" }')), [
    '2:6 mcpServers.a: expected "url", the address of a remote server',
  ]);
  assert.deepEqual(mistakesOf(line('"a": { "httpUrl": 7 }')), [
    '2:19 mcpServers.a.httpUrl: expected "url", the address of a remote server',
  ]);
  const headers = mistakesOf(line('"a": { "url": "https://a.example", "headers": { "a b": "x", "c": "sec\\nret" } }'));
  assert.match(headers.join(), /headers\["a b"\]: expected the name .*headers\.c: expected a value/);
  assert.doesNotMatch(headers.join(), /sec/);
});

test('options of a process have no effect there, and headers want encryption', () => {
  assert.deepEqual(
    warningsOf(line('"a": { "url": "https://a.example", "holdfast": { "priority": "idle", "replays": 2 } }')),
    ['2:50 mcpServers.a.holdfast.priority: "priority" has no effect on a remote server: it has no process here'],
  );
  assert.deepEqual(
    warningsOf(
      line(
        '"a": { "url": "https://a.example", "holdfast": { "limits": { "openCalls": 2, "memoryMb": 60 }, "replays": 2 } }',
      ),
    ),
    [
      '2:78 mcpServers.a.holdfast.limits.memoryMb: "limits.memoryMb" has no effect on a remote server: it has no process here',
    ],
  );
  const headers = '"headers": { "Authorization": "Bearer x" }';
  assert.match(warningsOf(line(`"a": { "url": "http://a.example", ${headers} }`)).join(), /unencrypted: use https/);
  assert.deepEqual(warningsOf(line(`"a": { "url": "http://localhost:3000", ${headers} }`)), []);
});
