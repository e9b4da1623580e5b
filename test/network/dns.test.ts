import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { lookUp } from '../../src/network/dns.ts';
import { os } from '../../src/platform/platform.ts';
import { eventually } from '../support/eventually.ts';
import { withNothingLeft } from '../support/leak-check.ts';

/** The deadline counts here only where a test is about it. */
const patient = { order: 'ipv4first', deadlineMs: 60_000 } as const;

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const path = (file: string) => fileURLToPath(new URL(`${file}${extension}`, import.meta.url));

/** What a look-up is to libuv while the DNS server does not answer: a call in its pool that nothing can interrupt. */
const POOL_CALL = "crypto.pbkdf2('', '', 2 ** 31 - 1, 64, 'sha512', () => {})";
const stuck = `import crypto from 'node:crypto';
import dns from 'node:dns/promises';
import { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
dns.lookup = host => new Promise(() => {
  ${POOL_CALL};
  if (process.env.STUCK) writeFileSync(process.env.STUCK, host);
});
syncBuiltinESMExports();`;
const stuckHelper = [
  process.execPath,
  '--import',
  `data:text/javascript,${encodeURIComponent(stuck)}`,
  path('../../src/network/dns-helper'),
] as const;

test('a host is looked up twice by the system, and both times are told', async () => {
  const [found] = await lookUp(['localhost'], patient);
  assert.equal(found?.code, null);
  assert.ok(found?.addresses.some(address => address === '127.0.0.1' || address === '::1'));
  assert.ok(found !== undefined && found.coldMs >= 0 && found.warmMs !== null && found.warmMs >= 0);
});

test('answers come in the order of the questions, each with its own code', async () => {
  const found = await lookUp(['host.invalid', 'localhost', '127.0.0.1'], patient);
  assert.deepEqual(
    found.map(({ host }) => host),
    ['host.invalid', 'localhost', '127.0.0.1'],
  );
  const [unknown, , literal] = found;
  assert.match(String(unknown?.code), /^(?:ENOTFOUND|EAI_AGAIN)$/);
  assert.deepEqual([unknown?.addresses, unknown?.warmMs], [[], null]);
  assert.deepEqual(literal?.addresses, ['127.0.0.1']);
});

test('no hosts, no process', async () => {
  assert.deepEqual(await lookUp([], { ...patient, helper: ['/nonexistent'] }), []);
});

test('where no helper can be started, that is the answer', async () => {
  const [found] = await lookUp(['localhost'], { ...patient, helper: ['/nonexistent'] });
  assert.equal(found?.code, 'ENOENT');
});

test('noise and half a line are no answers, and a helper that ends early is one', async () => {
  const script = `process.stdout.write('\\nnoise\\n{"host":"b","code":null}\\n{"host":"a","co')`;
  const found = await lookUp(['a', 'b'], { ...patient, helper: [process.execPath, '-e', script] });
  assert.deepEqual(
    found.map(({ code }) => code),
    ['EHELPER', null],
  );
});

test('a Ctrl-C in a terminal reaches the helper before us, and is no answer', async t => {
  if (os === 'windows') return t.skip('the helper has no console that a Ctrl-C could reach');
  const script = `process.kill(process.pid, 'SIGINT'); setInterval(() => {}, 1_000)`;
  const [found] = await lookUp(['a'], { ...patient, helper: [process.execPath, '-e', script] });
  assert.equal(found?.code, 'ECANCELLED');
});

test('at the deadline what is still open has timed out', async () => {
  const [found] = await lookUp(['host.invalid'], { order: 'verbatim', deadlineMs: 50, helper: stuckHelper });
  assert.equal(found?.code, 'ETIMEDOUT');
});

test('a call in the pool of libuv holds up process.exit(), which is why look-ups are not made in this process', () => {
  const script = `const crypto = require('node:crypto'); ${POOL_CALL}; setTimeout(() => process.exit(0), 50);`;
  const { signal } = spawnSync(process.execPath, ['-e', script], { timeout: 1_500, killSignal: 'SIGKILL' });
  assert.equal(signal, 'SIGKILL');
});

/** A host with a stuck look-up that ends in one of the ways. Its helper must be gone by the end of the test. */
async function hostThat(t: TestContext, how: string) {
  const { env: mark, folder } = await withNothingLeft(t);
  const env = { ...process.env, ...mark, STUCK: join(folder, 'stuck') };
  const args = [path('../fixtures/host-with-lookup'), how, JSON.stringify(stuckHelper)];
  const host = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  host.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const closed = once(host, 'close');
  await eventually(() => output.startsWith('stuck\n'), { what: 'the look-up to be stuck', timeoutMs: 20_000 });
  const from = performance.now();
  if (how === 'be killed') host.kill('SIGKILL');
  await closed;
  return { output, code: host.exitCode, tookMs: performance.now() - from };
}

test('a look-up that is stuck does not hold up process.exit(), and its helper goes too', async t => {
  const { code, tookMs } = await hostThat(t, 'exit');
  assert.equal(code, 3);
  assert.ok(tookMs < 1_000, `${tookMs} ms`);
});

test('given up, it does not hold up the natural end either', async t => {
  const { output, code, tookMs } = await hostThat(t, 'give up');
  assert.deepEqual([output, code], ['stuck\nECANCELLED\n', 0]);
  assert.ok(tookMs < 1_000, `${tookMs} ms`);
});

test('a helper whose host was killed ends by itself', async t => {
  const { tookMs } = await hostThat(t, 'be killed');
  assert.ok(tookMs < 1_000, `${tookMs} ms`);
});
