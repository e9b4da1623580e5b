import type { ServerConfig } from '../config/types.ts';
import type { LaunchPlan } from '../process/launch-plan.ts';
import type { UsageSample } from '../process/usage.ts';
import type { Health, ServerState } from '../telemetry/events.ts';
import { told } from './event-reporter.ts';
import type { Instance } from './instance.ts';
import { faultOf } from './patient.ts';
import { span } from './span.ts';
import type { Death } from './statistics.ts';

/** One process of a server, as `status --json` shows it. Times are ISO 8601, durations milliseconds. */
export interface InstanceStatus {
  /** Its number, as in events; 1 is there before any client is. */
  readonly instance: number;
  readonly desired: 'up' | 'onDemand' | 'down';
  readonly state: ServerState;
  readonly health: Health;
  /** Why it is not healthy. */
  readonly reason: string | null;
  readonly incarnation: number;
  readonly pid: number | null;
  readonly connection: {
    readonly status: 'connected' | 'connecting' | 'disconnected';
    readonly since: string | null;
    readonly lastMessageAt: string | null;
  };
  /** Empty for a remote server. */
  readonly command: readonly string[];
  /** Of a remote server, without login and query; else null. */
  readonly url: string | null;
  readonly launch: string | null;
  readonly launchReason: string | null;
  readonly package: { readonly name: string; readonly version: string } | null;
  /**
   * How its processes are held together; `why` says why not stronger, where this system could. `holds`: those of its limits that the
   * system itself holds.
   */
  readonly container: {
    readonly kind: string;
    readonly level: string;
    readonly why: string | null;
    readonly holds: readonly string[];
  } | null;
  readonly protocolVersion: string | null;
  readonly tools: number;
  readonly missingTools: readonly string[];
  readonly lastCheck: { readonly at: string; readonly verdict: Health } | null;
  readonly restarts: { readonly total: number; readonly byCause: Readonly<Record<string, number>> };
  /** When the next start is tried, while it waits for one. */
  readonly nextTryAt: string | null;
  /** The try under way or to come, and how many there are before it counts as failed. */
  readonly attempt: { readonly number: number; readonly of: number };
  readonly lastError: Readonly<Record<string, unknown>> | null;
  readonly uptimeMs: number | null;
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null };
  readonly errorRate: number;
  /** As of the last check or `sample`; null before the first, where nothing runs, and where the system does not tell. */
  readonly usage: UsageSample | null;
  readonly inFlight: number;
  readonly held: number;
  readonly survivors: readonly number[];
  readonly deaths: readonly Death[];
}

/** A server: the figures of its first instance, and all of them under `instances`. */
export interface ServerStatus extends InstanceStatus {
  readonly name: string;
  readonly instances: readonly InstanceStatus[];
}

/** A snapshot; it does not change with the server. */
export function statusOf(instance: Instance, clock: { now(): number; wall(): number }): InstanceStatus {
  const { model, life, monitor, session, statistics, config } = instance;
  const { state } = model;
  const atWall = (monotonic: number) => new Date(clock.wall() + monotonic - clock.now()).toISOString();
  const isAlive = state.name === 'starting' || state.name === 'ready' || state.name === 'stopping';
  const { p50, p95, p99, errorRate } = monitor.latency.summary(clock.now());
  const plan = life?.plan ?? null;
  const process = life?.process ?? null;
  const fault = faultOf(state);
  const last = statistics.deaths.at(-1);
  return {
    instance: instance.number,
    desired: model.desired,
    state: state.name,
    health: monitor.verdict.health,
    reason: restOf(instance, clock.now()) ?? monitor.verdict.reason,
    incarnation: model.incarnation,
    pid: isAlive ? (process?.pid ?? null) : null,
    connection: {
      status:
        state.name === 'ready'
          ? 'connected'
          : state.name === 'starting' || state.name === 'backoff'
            ? 'connecting'
            : 'disconnected',
      since: state.name === 'ready' ? atWall(state.since) : null,
      lastMessageAt: Number.isFinite(monitor.heardAt) ? atWall(monitor.heardAt) : null,
    },
    command: commandOf(config, plan),
    url: config.kind === 'remote' ? config.shown : null,
    launch: config.kind === 'remote' ? 'remote' : (plan?.launch ?? null),
    launchReason: plan?.why ?? null,
    package: plan?.package ?? null,
    container: process === null ? null : containerOf(process.group),
    protocolVersion: session.handshake?.protocolVersion ?? null,
    tools: session.catalogue.list('tools')?.length ?? 0,
    missingTools: monitor.tools.missing,
    lastCheck:
      monitor.lastCheck === null
        ? null
        : { at: new Date(monitor.lastCheck.at).toISOString(), verdict: monitor.lastCheck.verdict.health },
    restarts: statistics.restarts,
    nextTryAt: (state.name === 'backoff' || state.name === 'failed') && state.due !== null ? atWall(state.due) : null,
    attempt: {
      number: Math.min(model.failures, config.options.restart.retries) + 1,
      of: config.options.restart.retries + 1,
    },
    lastError:
      fault !== null
        ? { ...told(fault) }
        : last === undefined
          ? null
          : {
              code: last.cause,
              message: last.message,
              at: new Date(last.at).toISOString(),
              stderrTail: last.stderrTail,
            },
    uptimeMs: statistics.uptimeMs === null ? null : Math.round(statistics.uptimeMs),
    latencyMs: { p50, p95, p99 },
    errorRate,
    usage: isAlive ? (life?.usage?.latest ?? null) : null,
    inFlight: session.calls.inFlight,
    held: session.calls.held,
    survivors: model.survivors,
    deaths: statistics.deaths,
  };
}

/** What a server does that is stopped and will start by itself. */
function restOf({ model: { state, desired, incarnation }, usedAt }: Instance, now: number): string | null {
  if (state.name !== 'stopped' || desired !== 'onDemand') return null;
  return incarnation === 0 ? 'resting until its first call' : `resting (idle for ${span(now - usedAt)})`;
}

function commandOf(config: ServerConfig, plan: LaunchPlan | null): string[] {
  if (plan !== null) return [plan.file, ...plan.args];
  return config.kind === 'remote' ? [] : [config.command, ...config.args];
}

function containerOf({ kind, level, why, holds }: NonNullable<InstanceStatus['container']>) {
  return { kind, level, why, holds };
}
