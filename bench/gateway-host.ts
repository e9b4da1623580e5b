// A manager of one small server behind its endpoint, in a process of its own; prints where it listens. Tells its memory when it is asked.

import { createManager } from '../src/manager.ts';
import { fixture } from '../test/support/fixture.ts';

const manager = await createManager({ config: { mcpServers: { one: fixture('well-behaved') } } });
await manager.start();
const { url } = await manager.listen({ port: 0, token: null });
process.on('message', () => {
  global.gc?.();
  process.send?.(process.memoryUsage().rss);
});
process.on('disconnect', () => void manager.close());
console.log(new URL('/servers/one/mcp', url).href);
