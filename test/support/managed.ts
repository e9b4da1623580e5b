// A manager of fixture servers, for tests that go through the public API.
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { type CallToolResult, createManager, type Manager, type ManagerOptions } from '../../src/manager.ts';
import type { ServerStatus } from '../../src/supervisor/status.ts';
import type { HoldfastEvent } from '../../src/telemetry/events.ts';
import { eventually } from './eventually.ts';
import { fixture } from './fixture.ts';
import { type Sandbox, withNothingLeft } from './leak-check.ts';

type EventOf<T extends HoldfastEvent['type']> = Extract<HoldfastEvent, { type: T }>;

/** One server of a test: what is started, or where it is, and how Holdfast looks after it. */
export interface ServerSpec {
  readonly command?: string;
  readonly args?: readonly string[];
  readonly url?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Its `holdfast` object, over `quick`. */
  readonly holdfast?: object | undefined;
}

/** A fixture as a server: `served('exits-on-nth-call', { args: ['2'], holdfast: { replays: 2 } })`. */
export function served(
  name: string,
  { args = [], ...rest }: { readonly args?: readonly string[] } & Pick<ServerSpec, 'env' | 'holdfast'> = {},
): ServerSpec {
  return { ...fixture(name, ...args), ...rest };
}

/** Restarts without a wait, and stops without much patience: tests of other things need not sit through them. */
export const quick = {
  restart: { retries: 3, minMs: 0, maxMs: 0, windowExits: 0 },
  stop: { drainMs: 2_000, graceMs: 100 },
};

export interface Managed {
  readonly manager: Manager;
  readonly sandbox: Sandbox;
  readonly events: readonly HoldfastEvent[];
  /** Waits for the nth (default first) event of a type that fits; those that came before count too. */
  event<T extends HoldfastEvent['type']>(
    type: T,
    fits?: (event: EventOf<T>) => boolean,
    nth?: number,
  ): Promise<EventOf<T>>;
  all<T extends HoldfastEvent['type']>(type: T): EventOf<T>[];
  /** The story of one server's life in words: `starting`, `ready`, `down process PROCESS_EXITED`, `cleaned`, … */
  story(server?: string): string[];
  status(server?: string): ServerStatus;
  /** The text of a tool's answer. */
  text(tool: string, args?: object, server?: string): Promise<string>;
  /** Kills the server's process, as a stranger would. */
  kill(signal?: NodeJS.Signals, server?: string): void;
  /** The arguments of each line of the ledger, in order. */
  ledger(): { readonly tool: string; readonly arg: unknown; readonly pid: number }[];
}

/** A sandbox and a manager in it, closed after the test without survivors. Nothing is started yet. The first server is the default. */
export async function manage(
  t: TestContext,
  servers: Readonly<Record<string, ServerSpec>>,
  options: Omit<ManagerOptions, 'config'> & { readonly holdfast?: object; readonly sandbox?: Sandbox } = {},
): Promise<Managed> {
  const { holdfast = {}, sandbox = await withNothingLeft(t), ...managerOptions } = options;
  const config = { mcpServers: configOf(servers, sandbox), holdfast };
  const manager = await createManager({ config, cwd: sandbox.folder, ...managerOptions });
  const events: HoldfastEvent[] = [];
  manager.onEvent(event => events.push(event));
  sandbox.later(async () => assert.deepEqual(await manager.close(), { survivors: [] }));
  return { manager, sandbox, events, ...verbsOf(manager, events, sandbox, Object.keys(servers)[0] ?? '') };
}

/** `mcpServers` for fixtures in a sandbox: marked, with a ledger and a counter of their own. */
export function configOf(servers: Readonly<Record<string, ServerSpec>>, sandbox: Sandbox): Record<string, object> {
  return Object.fromEntries(
    Object.entries(servers).map(([name, { env, holdfast, ...command }]) => {
      const files = { LEDGER: join(sandbox.folder, 'ledger'), COUNTER: join(sandbox.folder, `counter-${name}`) };
      if (command.url !== undefined) return [name, { ...command, holdfast: { ...quick, ...holdfast } }];
      return [name, { ...command, env: { ...sandbox.env, ...files, ...env }, holdfast: { ...quick, ...holdfast } }];
    }),
  );
}

function verbsOf(
  manager: Manager,
  events: readonly HoldfastEvent[],
  sandbox: Sandbox,
  first: string,
): Omit<Managed, 'manager' | 'sandbox' | 'events'> {
  const status = (server = first): ServerStatus => {
    const found = manager.status().find(({ name }) => name === server);
    if (found === undefined) throw new Error(`no server "${server}"`);
    return found;
  };
  const all: Managed['all'] = type => events.filter((event): event is EventOf<typeof type> => event.type === type);
  return {
    all,
    status,
    async event(type, fits = () => true, nth = 1) {
      const enough = () =>
        all(type)
          .filter(fits)
          .slice(nth - 1);
      await eventually(() => enough().length > 0, { what: `${type}, number ${nth}`, timeoutMs: 20_000 });
      const [found] = enough();
      return found ?? assert.fail('it went again');
    },
    story: (server = first) => storyOf(events, server),
    text: async (tool, args = {}, server = first) => textOf(await manager.callTool(server, tool, args)),
    kill(signal = 'SIGKILL', server = first) {
      const { pid } = status(server);
      if (pid === null) throw new Error(`"${server}" has no process`);
      process.kill(pid, signal);
    },
    ledger() {
      const file = join(sandbox.folder, 'ledger');
      if (!existsSync(file)) appendFileSync(file, '');
      const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
      return lines.map(line => JSON.parse(line) as { tool: string; arg: unknown; pid: number });
    },
  };
}

/** The text of a tool's answer. */
const textOf = ({ content }: CallToolResult): string => String(content[0]?.text);

/** The events of one server's life, in words. */
export const storyOf = (events: readonly HoldfastEvent[], server: string): string[] =>
  events.filter(event => 'server' in event && event.server === server).flatMap(inWords);

/** What one event means for the life of its server; nothing for one that is about something else. */
function inWords(event: HoldfastEvent): string[] {
  switch (event.type) {
    case 'server.starting':
      return ['starting'];
    case 'server.ready':
      return ['ready'];
    case 'server.down':
      return [`down ${event.fault.category} ${event.fault.code}`];
    case 'server.stopping':
      return ['stopping'];
    case 'server.cleaned':
      return [event.survivors.length === 0 ? 'cleaned' : `survivors ${event.survivors.join(' ')}`];
    case 'server.backoff':
      return [`backoff ${event.attempt}/${event.of}`];
    case 'server.failed':
      return [`failed ${event.fault.code}`];
    case 'server.stopped':
      return ['stopped'];
    default:
      return [];
  }
}

/** The error that a promise rejects with; it must be a HoldfastError. */
export async function fault(promise: Promise<unknown>): Promise<HoldfastError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof HoldfastError) return error;
    throw error;
  }
  return assert.fail('it did not reject');
}
