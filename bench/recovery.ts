import { createManager } from '../src/manager.ts';
import { median, ms, timed } from './figures.ts';

const RUNS = 5;

/** From SIGKILL of a real server to the next good answer of the same session. */
export async function recovery(): Promise<string[]> {
  return [await measure('default backoff', {}), await measure('restart.minMs 0', { minMs: 0 })];
}

async function measure(what: string, restart: object): Promise<string> {
  const command = { command: 'npx', args: ['-y', '@modelcontextprotocol/server-everything'] };
  const forever = { retries: 1_000, windowExits: 0, ...restart };
  const manager = await createManager({
    config: { mcpServers: { everything: { ...command, holdfast: { restart: forever } } } },
  });
  try {
    await manager.start();
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const pid = manager.status()[0]?.pid;
      if (pid == null) throw new Error('the server is not running');
      // Back to the first step of the backoff, as after a minute of uptime.
      times.push(
        await timed(async () => {
          process.kill(pid, 'SIGKILL');
          await manager.callTool('everything', 'echo', { message: 'hello' });
        }),
      );
      await manager.restart('everything');
    }
    return `server-everything, ${what}: median ${ms(median(times))} of ${times.map(ms).join(', ')}`;
  } finally {
    await manager.close();
  }
}
