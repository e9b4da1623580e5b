import type { StatusReport } from '../daemon/control-routes.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Clock } from '../process/clock.ts';
import { firstOf, pause } from '../process/wait.ts';
import type { InstanceStatus } from '../supervisor/status.ts';
import type { HoldfastEvent } from '../telemetry/events.ts';
import type { ControlClient, EventSubscription } from './control-client.ts';

/** Uptimes count seconds; managers come and go without a word. */
const TICK_MS = 1_000;
/** A burst of events is one change. */
const BURST_MS = 100;

/** One manager, as it is at a moment. */
export interface Watched {
  readonly client: ControlClient;
  readonly report: StatusReport;
}

export interface WatchOptions {
  /** The managers that are there now; none is no error. */
  readonly find: () => Promise<readonly ControlClient[]>;
  readonly onEvent: (event: HoldfastEvent) => void;
  /** How they are: soon after each event, and every second. `why`: what keeps us from asking. */
  readonly onReports: (reports: readonly Watched[], why: string | null) => void;
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Looks at managers until it is told to end, whether they run, end or are started anew meanwhile. */
export async function watchStatus({ find, onEvent, onReports, clock, signal }: WatchOptions): Promise<void> {
  const over = new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
  const subscriptions = new Map<string, EventSubscription>();
  let wake: () => void = () => undefined;

  const subscribe = async (client: ControlClient): Promise<void> => {
    const key = keyOf(client);
    if (subscriptions.has(key)) return;
    const subscription = await client.events(event => {
      onEvent(event);
      wake();
    });
    subscriptions.set(key, subscription);
    void subscription.ended.then(() => {
      subscriptions.delete(key);
      wake();
    });
  };
  const look = async (client: ControlClient): Promise<Watched> => {
    await subscribe(client);
    return { client, report: await client.status() };
  };
  try {
    while (!signal.aborted) {
      const woken = new Promise<void>(resolve => {
        wake = resolve;
      });
      const [found, whyNone] = await told(find, []);
      const looks = await Promise.all(found.map(client => told(() => look(client), null)));
      if (signal.aborted) return;
      const reports = looks.flatMap(([watched]) => watched ?? []);
      onReports(reports, whyNone ?? looks.find(([watched]) => watched === null)?.[1] ?? null);
      await firstOf(clock, TICK_MS, woken, over);
      await pause(clock, BURST_MS, signal);
    }
  } finally {
    for (const subscription of subscriptions.values()) subscription.close();
  }
}

const keyOf = ({ holder: { pid, at } }: ControlClient): string => `${pid} ${at}`;

/** One that has just gone, or does not answer, is looked at again; what nobody foresaw ends it. */
async function told<T>(work: () => Promise<T>, otherwise: T): Promise<[T, string | null]> {
  try {
    return [await work(), null];
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.category !== 'connection') throw error;
    return [otherwise, error.message];
  }
}

/** What is worth telling of a report when it changes: not its figures, which do so all the time. */
export function essenceOf({ manager, servers }: StatusReport): string {
  const { pid, url, sessions, isBridged, config, configuration } = manager;
  const facts = { pid, url, sessions, isBridged, config, configuration };
  return JSON.stringify([facts, servers.map(({ name, instances }) => [name, instances.map(factsOf)])]);
}

function factsOf(instance: InstanceStatus): unknown[] {
  const { desired, state, health, reason, incarnation, pid, tools, missingTools } = instance;
  const { restarts, attempt, nextTryAt, lastError, survivors } = instance;
  const wish = [desired, state, health, reason, incarnation, pid, tools, missingTools];
  return [...wish, restarts.total, attempt.number, nextTryAt, lastError?.code, lastError?.message, survivors];
}
