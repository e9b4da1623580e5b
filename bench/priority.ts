import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createManager, type Manager } from '../src/manager.ts';
import { os } from '../src/platform/platform.ts';
import { fixture } from '../test/support/fixture.ts';
import { ms, quantile, timed } from './figures.ts';

const PRIORITIES = ['idle', 'belowNormal', 'normal', 'aboveNormal', 'high'] as const;
const MEASURE_MS = 25_000;
const MOST_ROUNDS = 1_000;
/** A loop ends by itself soon after the measuring, however this process ends. */
const LOOP = `const end = Date.now() + ${MEASURE_MS + 10_000}; while (Date.now() < end);`;

/** What a server's priority is worth: one small call after another while all cores are kept busy at normal priority. */
export async function priority(): Promise<string[]> {
  if (os === 'windows') {
    return ['not measured on Windows: what its priority classes do is told by its documentation, see docs/windows.md'];
  }
  const servers = PRIORITIES.map(name => [name, { ...fixture('well-behaved'), holdfast: { priority: name } }] as const);
  const manager = await createManager({ config: { mcpServers: Object.fromEntries(servers) } });
  const refused = new Map<string, string>();
  manager.on('server.notice', ({ server, text }) => refused.set(server, text));
  const loops: ChildProcess[] = [];
  try {
    await manager.start();
    const calm = await measure(manager, ['normal'], 1_000);
    // One more than there are cores: the manager itself takes the time of one.
    for (let count = 0; count <= availableParallelism(); count++) {
      loops.push(spawn(process.execPath, ['-e', LOOP], { stdio: 'ignore' }));
    }
    const times = await measure(
      manager,
      PRIORITIES.filter(name => !refused.has(name)),
      MEASURE_MS,
    );
    return [
      row('priority', 'p50', 'p95', 'calls'),
      ...PRIORITIES.map(name => figures(name, times.get(name), refused.get(name))),
      figures('normal, cores free', calm.get('normal')),
      `${loops.length} busy loops on ${availableParallelism()} cores`,
    ];
  } finally {
    for (const loop of loops) loop.kill('SIGKILL');
    await manager.close();
  }
}

/** Calls the servers in turn, so that what else the machine does befalls all alike. */
async function measure(manager: Manager, servers: readonly string[], lastMs: number): Promise<Map<string, number[]>> {
  const times = new Map(servers.map(server => [server, [] as number[]]));
  const end = performance.now() + lastMs;
  for (let round = 0; round < MOST_ROUNDS && performance.now() < end; round++) {
    for (const [server, taken] of times) {
      taken.push(await timed(() => manager.callTool(server, 'echo', { text: 'hello' })));
    }
  }
  return times;
}

const row = (...cells: [string, string, string, string]): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(20) : cell.padStart(10))).join('');

function figures(name: string, times: readonly number[] = [], refusal?: string): string {
  if (refusal !== undefined) return `${name.padEnd(20)}refused: ${refusal}`;
  return row(name, ms(quantile(times, 0.5)), ms(quantile(times, 0.95)), String(times.length));
}
