import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { usageOf } from '../src/platform/usage.ts';
import { fixture } from '../test/support/fixture.ts';
import { HttpSession } from '../test/support/http-session.ts';
import { ms, quantile, timed } from './figures.ts';

const CALLS = 4_000;
const WARM_UP = 1_000;
/** With those before them no more than may be open. */
const SESSIONS = 800;
/** One call of each in turn, so that what else the machine does befalls both alike. */
const SIDES = ['bridge', 'gateway'] as const;

/** What a call costs through the endpoint, against a bridge of 40 lines without supervision, and what a session costs that does nothing. */
export async function gateway(): Promise<string[]> {
  const { command, args } = fixture('well-behaved');
  const sides = [await start('bridge', command, ...args), await start('gateway-host')];
  try {
    const lines = await calls(sides);
    return [...lines, await idle()];
  } finally {
    for (const { child } of sides) child.kill();
  }
}

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
}

async function start(name: string, ...args: readonly string[]): Promise<Started> {
  const child = fork(fileURLToPath(new URL(`./${name}.js`, import.meta.url)), args, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: ['--expose-gc'],
  });
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  const [url] = (await once(lines, 'line')) as [string];
  return { child, url };
}

async function calls(sides: readonly Started[]): Promise<string[]> {
  const sessions = await Promise.all(sides.map(({ url }) => HttpSession.open({ url })));
  const times = sides.map((): number[] => []);
  const callAll = async (count: number) => {
    for (let n = 0; n < count; n++) {
      for (const [side, session] of sessions.entries()) {
        times[side]?.push(await timed(() => session.call('echo', { text: 'hello' })));
      }
    }
  };
  await callAll(WARM_UP);
  const before = await Promise.all(sides.map(cpuMs));
  await callAll(CALLS);
  const after = await Promise.all(sides.map(cpuMs));
  for (const session of sessions) session.hangUp();

  const measured = times.map(all => all.slice(WARM_UP));
  const p50 = measured.map(all => quantile(all, 0.5));
  const lines = SIDES.map((name, side) => {
    const cpu = ((after[side] ?? Number.NaN) - (before[side] ?? Number.NaN)) / CALLS;
    const p95 = quantile(measured[side] ?? [], 0.95);
    return `${name.padEnd(8)} p50 ${ms(p50[side] ?? Number.NaN)}, p95 ${ms(p95)}, ${ms(cpu)} of processor time a call`;
  });
  return [...lines, `ratio of the medians: ${((p50[1] ?? Number.NaN) / (p50[0] ?? Number.NaN)).toFixed(2)}`];
}

async function cpuMs({ child }: Started): Promise<number> {
  return (await usageOf([child.pid ?? 0]))?.cpuMs ?? Number.NaN;
}

/** In a process of its own, whose memory has not been stretched by calls. */
async function idle(): Promise<string> {
  const { child, url } = await start('gateway-host');
  const agent = new Agent({ keepAlive: false });
  const sessions: HttpSession[] = [];
  const open = async (count: number) => {
    for (let n = 0; n < count; n++) sessions.push(await HttpSession.open({ url, agent }));
  };
  const rss = async (): Promise<number> => {
    child.send('how much?');
    return ((await once(child, 'message')) as [number])[0];
  };
  try {
    // The first ones bring the code and the buffers that all share.
    await open(100);
    const before = await rss();
    await open(SESSIONS);
    const after = await rss();
    for (const session of sessions.slice(-SESSIONS)) await session.listen();
    const listening = await rss();
    const each = (bytes: number) => `${((bytes - before) / SESSIONS / 1_024).toFixed(1)} KiB`;
    return `${SESSIONS} sessions that do nothing: ${each(after)} each, ${each(listening)} with a GET stream`;
  } finally {
    for (const session of sessions) session.hangUp();
    child.kill();
  }
}
