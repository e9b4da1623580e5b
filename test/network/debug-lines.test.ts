import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { DebugLines } from '../../src/network/debug-lines.ts';

const areas = ['http', 'dns', 'undici', 'fetch'];
const read = (lines: readonly string[], pid = 4_711, named = areas) => {
  const reader = new DebugLines(named, pid);
  return lines.map(line => reader.read(line));
};

test("Node's debug lines are told from the server's own words", () => {
  assert.deepEqual(
    read(['HTTP 815: outgoing message end.', 'listening on 3000', 'FETCH 815: connected to 127.0.0.1', 'DNS: fine']),
    [{ area: 'http', text: 'outgoing message end.' }, null, { area: 'fetch', text: 'connected to 127.0.0.1' }, null],
  );
});

test('an area that was not asked for is left to the server', () => {
  assert.deepEqual(read(['NET 815: pipe false', 'MODULE 815: looking']), [null, null]);
  assert.deepEqual(read(['NET 815: pipe false'], 1, [...areas, 'net']), [{ area: 'net', text: 'pipe false' }]);
});

test('a word about an HTTP status is no debug line, unless the number is the pid of the server', () => {
  const line = 'HTTP 404: not found';
  assert.deepEqual(read([line]), [null]);
  assert.deepEqual(read([line], 404), [{ area: 'http', text: 'not found' }]);
});

test('an object over several lines belongs to the line that began it, and no more than that', () => {
  const lines = [
    'HTTP 8000: createConnection localhost:80: {',
    '  port: 80,',
    '  agent: Agent {',
    '    x: 1',
    '  }',
    '}',
    'Error: the words of the server',
    '    at its (stack.js:1:1)',
  ];
  const found = read(lines);
  assert.deepEqual(
    found.map(line => (line === null ? null : 'taken')),
    [...Array<string>(6).fill('taken'), null, null],
  );
});

test("after a whole line what is further in is the server's own", () => {
  assert.deepEqual(read(['HTTP 8000: write ret = true', '    at its (stack.js:1:1)']).at(-1), null);
});

test("Node's warning about the profile is hidden with its stack, other warnings stay", () => {
  const warning = "(node:8000) Warning: Setting the NODE_DEBUG environment variable to 'http' can expose";
  assert.deepEqual(read([warning, '    at node:internal:1:1', 'Error: x', '    at mine:1:1']), [
    'hidden',
    'hidden',
    null,
    null,
  ]);
  assert.deepEqual(read([warning, '(Use `node --trace-warnings ...` to show where)']), ['hidden', 'hidden']);
  assert.deepEqual(read(['(node:8000) Warning: other']), [null]);
});

test('of what this Node really prints for requests with secrets every line is recognised, and none is told', () => {
  const script = `
    const http = require('node:http');
    const server = http.createServer((q, r) => { r.setHeader('Set-Cookie', 'sid=qqqqsecret'); r.end(); });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      const headers = { Cookie: ['a=qqqqsecret', 'b=qqqqsecret'], 'X-Api-Key': 'qqqqsecret', 'Proxy-Authorization': 'Basic ' + 'qqqqsecret'.repeat(12) };
      http.get({ port, host: '127.0.0.1', path: '/?access_token=qqqqsecret', auth: 'user:qqqqsecret', headers }, r => r.resume().on('end', () => {
        fetch('http://127.0.0.1:' + port + '/?api_key=qqqqsecret', { headers: { authorization: 'Bearer qqqqsecret' } }).then(r => r.text()).then(() => {
          server.close(); server.closeAllConnections();
        });
      }));
    });`;
  const env = { ...process.env, NODE_DEBUG: areas.join(','), NODE_OPTIONS: '' };
  const child = spawnSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
  assert.equal(child.status, 0, child.stderr);
  assert.ok(child.stderr.includes('qqqqsecret'));
  const found = read(
    child.stderr.split('\n').filter(line => line !== ''),
    child.pid,
  );
  assert.ok(found.length > 10);
  assert.deepEqual(
    found.filter(line => line === null),
    [],
  );
  assert.equal(JSON.stringify(found).includes('qqqqsecret'), false);
  assert.ok(
    found.some(line => typeof line === 'object' && line?.area === 'fetch' && line.text.includes('GET http://')),
  );
});
