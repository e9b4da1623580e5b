import type { Clock } from '../session/deadlines.ts';
import { type AggregateContext, AggregateSession } from './aggregate-session.ts';
import type { Backend } from './backend.ts';
import type { GatewayServer } from './gateway-server.ts';
import { Patience } from './patience.ts';
import { RoutingTable } from './routing-table.ts';

export interface AggregateOptions {
  /** In the order of the configuration. */
  readonly servers: readonly GatewayServer[];
  readonly version: string;
  readonly clock: Clock;
  /** Something that people may want to know. */
  readonly notice: (text: string) => void;
}

/** All servers as one (`/mcp`). */
export interface AggregateBackend extends Backend {
  /** Other servers, or other settings of them, in the order of the configuration. */
  update(servers: readonly GatewayServer[]): void;
  /** To be called when a server has come up, was stopped or has another catalogue: clients are told what is news to them. */
  review(): void;
}

/** More URIs than this that two servers have are not told one by one. */
const MAX_TWICE = 100;

export function aggregateBackend({ servers, version, clock, notice }: AggregateOptions): AggregateBackend {
  const sessions = new Set<AggregateSession>();
  const twice = new Set<string>();
  const byName = new Map(servers.map(server => [server.name, server]));
  const table = new RoutingTable(servers);
  const remembered = new Map<string, string>();
  const context: AggregateContext = {
    servers: byName,
    table,
    serverInfo: { name: 'holdfast', version },
    clock,
    patience: new Patience(clock),
    remembered,
    notice,
    onTwice(uri, first, other) {
      const text = `"${first}" and "${other}" both have ${uri.slice(0, 200)}: at /mcp it is that of "${first}"`;
      if (twice.has(text) || twice.size >= MAX_TWICE) return;
      twice.add(text);
      notice(text);
    },
    onClose: session => sessions.delete(session),
  };
  return {
    server: null,
    open(profile, client) {
      const session = new AggregateSession(context, profile, client);
      sessions.add(session);
      return session;
    },
    update(wanted) {
      const gone = [...byName.keys()].filter(name => !wanted.some(server => server.name === name));
      byName.clear();
      for (const server of wanted) byName.set(server.name, server);
      table.update(wanted);
      for (const [uri, server] of remembered) if (gone.includes(server)) remembered.delete(uri);
      for (const session of sessions) {
        session.forget(gone);
        session.review();
      }
    },
    review() {
      for (const session of sessions) session.review();
    },
  };
}
