import type { ManagedServer } from './managed-server.ts';

/** A server that others depend on goes first: they then find it on its way, and wait. The configuration has no rings. */
export function dependenciesFirst(servers: readonly ManagedServer[]): Set<ManagedServer> {
  const sorted = new Set<ManagedServer>();
  const add = (server: ManagedServer) => {
    const { dependsOn } = server.config.options;
    for (const other of servers) if (dependsOn.includes(other.name) && !sorted.has(other)) add(other);
    sorted.add(server);
  };
  for (const server of servers) add(server);
  return sorted;
}

/** Stops each of these names when those among them that depend on it have stopped. */
export async function dependentsFirst(
  names: readonly string[],
  servers: readonly ManagedServer[],
  stop: (name: string) => Promise<void>,
): Promise<void> {
  const stopping = new Map<string, Promise<void>>();
  const stopOne = (name: string): Promise<void> => {
    const known = stopping.get(name);
    if (known !== undefined) return known;
    const dependents = servers.filter(
      ({ config }) => names.includes(config.name) && config.options.dependsOn.includes(name),
    );
    const done = Promise.all(dependents.map(dependent => stopOne(dependent.name))).then(() => stop(name));
    stopping.set(name, done);
    return done;
  };
  await Promise.all(names.map(stopOne));
}
