import { createManager } from '../src/manager.ts';
import { median, ms, timed } from './figures.ts';

const RUNS = 3;

/** From nothing to ready with all tools, for a real server written as an `npx` line. */
export async function startUp(): Promise<string[]> {
  const lines: string[] = [];
  for (const launch of ['auto', 'as-written']) {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const server = { command: 'npx', args: ['-y', '@modelcontextprotocol/server-memory'], holdfast: { launch } };
      const manager = await createManager({ config: { mcpServers: { memory: server } } });
      try {
        times.push(await timed(() => manager.start()));
        const status = manager.status()[0];
        if (status?.state !== 'ready') throw new Error(`server-memory: ${status?.reason}`);
      } finally {
        await manager.close();
      }
    }
    lines.push(`server-memory, launch ${launch}: median ${ms(median(times))} of ${times.map(ms).join(', ')}`);
  }
  return lines;
}
