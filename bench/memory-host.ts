// Runs a manager with N small servers in a process of its own, and prints its memory in bytes: before, and with all of them ready.

import { createManager } from '../src/manager.ts';
import { fixture } from '../test/support/fixture.ts';

const count = Number(process.argv[2]);
const servers = Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, fixture('well-behaved')]));
const rss = () => {
  global.gc?.();
  return process.memoryUsage().rss;
};

const before = rss();
const manager = await createManager({ config: { mcpServers: servers } });
await manager.start();
for (const server of manager.servers) await manager.callTool(server, 'echo', { text: 'hello' });
const failed = manager.status().filter(status => status.state !== 'ready');
if (failed.length > 0) throw new Error(`not ready: ${failed.map(status => status.name).join(', ')}`);
process.stdout.write(`${JSON.stringify({ before, after: rss() })}\n`);
await manager.close();
