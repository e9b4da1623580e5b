// A supervisor of real processes whose time stands still until the test moves it: minutes of patience pass in seconds.
import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { configFromObject } from '../../src/config/load.ts';
import { resolverFor } from '../../src/supervisor/resolver.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import { EventHub } from '../../src/telemetry/event-hub.ts';
import type { HoldfastEvent } from '../../src/telemetry/events.ts';
import { FakeClock } from './fake-clock.ts';
import { withNothingLeft } from './leak-check.ts';
import { configOf, type ServerSpec } from './managed.ts';

export interface Timeless {
  readonly supervisor: Supervisor;
  readonly clock: FakeClock;
  /** Each with `now`, the monotonic time at which it came. */
  readonly events: readonly (HoldfastEvent & { readonly now: number })[];
  /**
   * Moves the time on in steps until the condition holds; in between the processes get a moment of real time. A short step is for
   * phases in which an answer is on its way, a long one for waits.
   */
  drive(condition: () => boolean, options: { readonly what: string; readonly stepMs: number }): Promise<void>;
  /** The first event of a type, or undefined. */
  first<T extends HoldfastEvent['type']>(type: T): (Extract<HoldfastEvent, { type: T }> & { now: number }) | undefined;
}

/** In real time: far more than any wait of a test needs, on a busy machine too. */
const PATIENCE_MS = 30_000;

/** Nothing is started yet; closed after the test without survivors. */
export async function supervise(t: TestContext, servers: Readonly<Record<string, ServerSpec>>): Promise<Timeless> {
  const sandbox = await withNothingLeft(t);
  const clock = new FakeClock();
  const hub = new EventHub(() => clock.wall());
  const events: (HoldfastEvent & { now: number })[] = [];
  hub.subscribe(event => events.push({ ...event, now: clock.now() }));
  const surroundings = { env: process.env, cwd: sandbox.folder, home: homedir() };
  const supervisor = new Supervisor({
    config: configFromObject({ mcpServers: configOf(servers, sandbox) }, surroundings),
    clientInfo: { name: 'test', version: '0' },
    handlers: {},
    onNotification: () => {},
    resolve: resolverFor(process.env),
    emit: hub.emit,
    clock,
    // The middle of every span.
    random: () => 0.5,
    stateDir: null,
  });

  const drive: Timeless['drive'] = async (condition, { what, stepMs }) => {
    const end = performance.now() + PATIENCE_MS;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`waited in vain for ${what}, to ${clock.now()} ms of its own time`);
      await clock.advance(stepMs);
      await delay(1);
    }
  };
  sandbox.later(async () => {
    let survivors: readonly number[] | null = null;
    const closing = supervisor.close().then(left => {
      survivors = left;
    });
    await drive(() => survivors !== null, { what: 'the end', stepMs: 20 });
    await closing;
    assert.deepEqual(survivors, []);
  });
  const first: Timeless['first'] = type =>
    events.find(
      (event): event is Extract<HoldfastEvent, { type: typeof type }> & { now: number } => event.type === type,
    );
  return { supervisor, clock, events, drive, first };
}
