import type { Manager } from '../manager.ts';

/** Often enough to be seen, seldom enough to be read. */
const EVERY_MS = 2_000;

/** Harmless calls to the servers of the demo. */
const calls: Readonly<Record<string, readonly [tool: string, args: object]>> = {
  everything: ['echo', { message: 'hello' }],
  files: ['list_allowed_directories', {}],
  memory: ['read_graph', {}],
};

/** Calls each server of the demo now and then, as a client would: without calls there is no latency, and nothing to wait for a restart. */
export function startTraffic(manager: Pick<Manager, 'callTool' | 'status'>): Disposable {
  const underWay = new Set<string>();
  const over = new AbortController();
  const callAll = (): void => {
    for (const { name, state } of manager.status()) {
      const call = calls[name];
      if (call === undefined || state === 'stopped' || underWay.has(name)) continue;
      underWay.add(name);
      manager
        .callTool(name, ...call, { signal: over.signal })
        // What went wrong is an event, and shown as such.
        .catch(() => undefined)
        .finally(() => underWay.delete(name));
    }
  };
  const timer = setInterval(callAll, EVERY_MS);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      over.abort();
    },
  };
}
