// Whatever a configuration has for secrets: none of them is in a byte that is written to the log files, or told as an event.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { configFromObject } from '../../src/config/load.ts';
import { Redactor } from '../../src/config/redactor.ts';
import { EventHub } from '../../src/telemetry/event-hub.ts';
import { EventLog } from '../../src/telemetry/event-log.ts';
import type { NewEvent } from '../../src/telemetry/events.ts';
import { LogFiles } from '../../src/telemetry/log-files.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryDisk } from '../support/memory-disk.ts';

const of = { server: 'files', instance: 1, incarnation: 1 };
const call = {
  method: 'tools/call',
  tool: 'echo',
  outcome: 'rejected',
  isError: false,
  tookMs: 1,
  replays: 0,
} as const;

/** Every event that has words of others in it. */
const eventsWith = (text: string): NewEvent[] => {
  const fault = { category: 'process', code: 'PROCESS_EXITED', message: text, hint: text, stderrTail: [text] } as const;
  return [
    { type: 'server.starting', ...of, attempt: 1, command: ['x', text], launch: 'direct', url: text },
    { type: 'server.down', ...of, fault, code: 1, signal: null },
    { type: 'server.backoff', ...of, attempt: 1, of: 2, delayMs: 1, fault },
    { type: 'server.failed', ...of, fault, nextTryMs: null },
    { type: 'server.output', ...of, stream: 'stderr', line: text },
    { type: 'server.notice', ...of, text },
    { type: 'health.changed', ...of, from: 'healthy', to: 'degraded', category: 'process', reason: text },
    { type: 'call.finished', ...of, ...call, code: 'CONNECTION_LOST' },
    { type: 'network.lookup', host: text, addresses: [], code: 'ENOTFOUND', coldMs: 1, warmMs: null },
    { type: 'network.operation', ...of, area: 'http', line: text, omitted: 0 },
    { type: 'network.notice', text, isWarning: true },
    { type: 'gateway.refused', reason: text, count: 1 },
    { type: 'client.gone', client: 'c', path: '/mcp', reason: text },
    { type: 'config.rejected', file: '/x', issues: [text] },
    { type: 'logs.degraded', folder: '/x', reason: text },
    { type: 'manager.notice', text },
  ];
};

/** Nothing of ours looks like it, so that what is found was not there by itself. */
const secret = fc
  .string({ unit: 'binary-ascii', minLength: 8, maxLength: 40 })
  .map(text => `Zq~${text.replaceAll('\0', '0')}`);
const inHeader = fc.stringMatching(/^[!-~]{8,40}$/).map(text => `Zq~${text}`);

const secrets = fc.record({
  env: secret,
  flag: secret.map(text => `Zq${text}`),
  pair: secret,
  header: inHeader,
  user: inHeader,
  password: inHeader,
  remote: inHeader,
  token: inHeader,
});
type Secrets = typeof secrets extends fc.Arbitrary<infer S> ? S : never;

function configOf({ env, flag, pair, header, user, password, remote }: Secrets) {
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  const args = ['serve', '--api-token', flag, `--db-password=${pair}`, '-H', `Authorization: Bearer ${header}`];
  const here = { command: 'x', args: [...args, `postgres://${login}@db.example/x`], env: { KEY: env } };
  const far = {
    url: `https://a.example/mcp?key=${encodeURIComponent(remote)}`,
    headers: { 'X-Key': `Token ${header}` },
  };
  return configFromObject({ mcpServers: { here, far } }, { env: {}, cwd: '/', home: '/' });
}

const formsOf = (value: string): string[] => [
  value,
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value),
  Buffer.from(value).toString('base64').replace(/=+$/, ''),
  Buffer.from(value).toString('base64url'),
];

const around = (text: string, form: string): string =>
  JSON.stringify(text.slice(Math.max(0, text.indexOf(form) - 200), text.indexOf(form) + 60));

test('no secret of a configuration, and no token, is in what is written or told, in whatever form it came', async () => {
  await fc.assert(
    fc.asyncProperty(secrets, fc.constantFrom(' ', '', '"', '\n', '=', 'é'), async (all, between) => {
      const clock = new FakeClock();
      const disk = new MemoryDisk(() => clock.wall());
      const redactor = new Redactor(configOf(all), [all.token]);
      const hub = new EventHub(() => 1, redactor.redact);
      const caps = { maxFileBytes: 1e9, files: 2, maxTotalBytes: 1e9 };
      const silent = { onDegraded: assert.fail, onRecovered: () => assert.fail() };
      const files = new LogFiles({ folder: '/x', disk, clock, ...caps, ...silent });
      const log = new EventLog({ files, level: 'debug', protocol: true, now: () => 0, wall: () => 0 });
      let told = '';
      hub.subscribe(log.listener);
      hub.subscribe(event => {
        told += JSON.stringify(event);
      });
      const values = Object.values(all);
      for (const value of values) {
        const text = formsOf(value).map(form => `it says${between}${form}${between}`);
        for (const event of eventsWith(text.join(between))) hub.emit(event);
      }
      await log.close();
      const written = [...disk.files.values()].map(({ text }) => Buffer.from(text, 'latin1').toString()).join('');
      assert.ok(written.includes('[redacted]') && told.includes('it says'));
      for (const value of values)
        for (const form of formsOf(value)) {
          assert.ok(!written.includes(form), `written: ${around(written, form)}`);
          assert.ok(!told.includes(form), `told: ${around(told, form)}`);
        }
    }),
    { numRuns: 10 },
  );
});
