import { EventLog } from '../src/telemetry/event-log.ts';
import type { NewEvent } from '../src/telemetry/events.ts';
import { LogFiles } from '../src/telemetry/log-files.ts';
import { FakeClock } from '../test/support/fake-clock.ts';
import { MemoryDisk } from '../test/support/memory-disk.ts';

const MIB = 1024 * 1024;
const SECOND = 1_000;
const DAY_S = 86_400;
const SERVERS = 20;
/** A tenth of the usual caps, so that a day is long enough to fill them over and over. */
const CAPS = { maxFileBytes: MIB, files: 5, maxTotalBytes: 50 * MIB };

/** A simulated day of the logs of 20 servers (one that never stops talking and floods every hour, one that dies every minute), against a tenth of the caps. */
export async function logs(): Promise<string[]> {
  const clock = new FakeClock();
  const disk = new MemoryDisk(() => clock.wall());
  const troubles: string[] = [];
  const files = new LogFiles({
    folder: '/logs',
    disk,
    clock,
    ...CAPS,
    onDegraded: reason => troubles.push(reason),
    onRecovered: () => undefined,
  });
  const log = new EventLog({ files, level: 'debug', protocol: true, now: () => clock.now(), wall: () => clock.wall() });
  let told = 0;
  const tell = (event: NewEvent): void => {
    told++;
    log.listener({ at: clock.wall(), ...event });
  };
  const from = performance.now();
  for (let second = 0; second < DAY_S; second++) {
    for (let server = 0; server < SERVERS; server++) for (const event of eventsOf(server, second)) tell(event);
    if (second === DAY_S / 2) disk.refusal = 'ENOSPC';
    if (second === DAY_S / 2 + 600) disk.refusal = null;
    await clock.advance(SECOND);
  }
  await log.close();
  const tookMs = performance.now() - from;
  const chatty = disk.names.filter(name => name.startsWith('server-0.'));
  const oldest = Math.min(...chatty.map(name => firstTime(disk.text(name))));
  return [
    `${told} events of ${SERVERS} servers in a day, ${((tookMs * 1_000) / told).toFixed(1)} µs each`,
    `${disk.names.length} files, ${mib(disk.bytes)} at the end, ${mib(disk.highWater)} at most; the cap is ${mib(CAPS.maxTotalBytes)}`,
    `longest file ${mib(Math.max(...[...disk.files.values()].map(({ text }) => text.length)))} of ${mib(CAPS.maxFileBytes)}`,
    `of the server that never stops talking the last ${((clock.wall() - oldest) / 60_000).toFixed(0)} minutes are kept`,
    `a disk that was full for 10 minutes: ${troubles.length} time told, ${files.status.droppedLines} lines dropped, now ${files.status.status}`,
  ];
}

function* eventsOf(number: number, second: number): Generator<NewEvent> {
  const of = { server: `server-${number}`, instance: 1, incarnation: 1 };
  const line = `request ${second} took ${number} ms: ${'x'.repeat(80)}`;
  if (number === 0)
    for (let more = 0; more < (second % 3_600 === 0 ? 20_000 : 10); more++)
      yield { type: 'server.output', ...of, stream: 'stderr', line };
  if (second % 10 === number % 10) yield { type: 'server.output', ...of, stream: 'stderr', line };
  if (second % 5 === 0) {
    const call = {
      method: 'tools/call',
      tool: 'read',
      outcome: 'answered',
      isError: false,
      tookMs: 4,
      replays: 0,
    } as const;
    yield { type: 'call.finished', ...of, ...call, code: null };
  }
  if (number === 1 && second % 60 === 0) {
    const stderrTail = Array.from({ length: 40 }, (_, at) => `    at frame ${at} (/srv/app/index.js:${at}:7)`);
    const fault = {
      category: 'process',
      code: 'PROCESS_EXITED',
      message: 'it exited',
      hint: 'read on',
      stderrTail,
    } as const;
    yield { type: 'server.down', ...of, fault, code: 1, signal: null };
    yield { type: 'server.backoff', ...of, attempt: 1, of: 4, delayMs: 1_000, fault };
  }
  if (second % 300 === number) {
    const figures = { pingMs: 2, listMs: 4, rssBytes: 5e7, cpuPercent: 1, p50: 3, p95: 9, errorRate: 0, restarts: 0 };
    yield { type: 'health.checked', ...of, verdict: 'healthy', ...figures };
  }
}

const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;

const firstTime = (text: string): number =>
  Date.parse((JSON.parse(text.slice(0, text.indexOf('\n'))) as { time: string }).time);
