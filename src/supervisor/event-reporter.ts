import type { ServerConfig } from '../config/types.ts';
import type { HoldfastError } from '../errors/holdfast-error.ts';
import type { CheckReport } from '../health/monitor-setup.ts';
import type { Verdict } from '../health/verdict.ts';
import type { Model } from '../lifecycle/state.ts';
import type { Clock } from '../process/clock.ts';
import type { Exit } from '../process/launch.ts';
import type { UsageSample } from '../process/usage.ts';
import type { CloseReport, Finished } from '../session/calls-setup.ts';
import type { ListDiff, ListKind } from '../session/catalogue.ts';
import { serverErrorOf } from '../session/server-error.ts';
import type { Session } from '../session/session.ts';
import type { CallOutcome, Emit, Fault } from '../telemetry/events.ts';
import type { InstanceLife, Start } from './life.ts';

/** Turns what happens to an instance into the one vocabulary of events. It decides nothing. */
export class EventReporter {
  readonly #config: ServerConfig;
  readonly #instance: number;
  readonly #emit: Emit;
  readonly #clock: Clock;
  #exit: Exit | null = null;
  #since = 0;

  constructor(config: ServerConfig, instance: number, emit: Emit, clock: Clock) {
    this.#config = config;
    this.#instance = instance;
    this.#emit = emit;
    this.#clock = clock;
  }

  starting(model: Model, { command, launch, url }: Start): void {
    const attempt = model.failures + 1;
    this.#emit({
      type: 'server.starting',
      ...this.#of(model),
      attempt,
      command,
      launch,
      ...(url === null ? {} : { url }),
    });
  }

  exited(exit: Exit): void {
    this.#exit = exit;
  }

  /** A change of the lifecycle state. */
  moved(before: Model, after: Model, life: InstanceLife | null, session: Session): void {
    const { state } = after;
    const of = this.#of(after);
    const tookMs = Math.round(this.#clock.now() - this.#since);
    if (before.state.name === 'stopping')
      this.#emit({
        type: 'server.cleaned',
        ...of,
        incarnation: before.incarnation,
        survivors: after.survivors,
        tookMs,
      });
    switch (state.name) {
      case 'starting':
        this.#since = this.#clock.now();
        this.#exit = null;
        return;
      case 'ready': {
        const pid = life?.process?.pid ?? null;
        return this.#emit({
          type: 'server.ready',
          ...of,
          pid,
          readyMs: tookMs,
          ...readyFacts(life, session),
        });
      }
      case 'stopping':
        this.#since = this.#clock.now();
        if (state.fault === null)
          return this.#emit({ type: 'server.stopping', ...of, reason: state.why ?? state.goal });
        return this.#emit({
          type: 'server.down',
          ...of,
          fault: told(state.fault),
          code: this.#exit?.code ?? null,
          signal: this.#exit?.signal ?? null,
          ...(before.state.name === 'starting' ? { step: before.state.step } : {}),
        });
      case 'backoff': {
        const { retries } = this.#config.options.restart;
        return this.#emit({
          type: 'server.backoff',
          ...of,
          attempt: after.failures + 1,
          of: retries + 1,
          delayMs: state.delayMs,
          fault: told(state.fault),
        });
      }
      case 'failed': {
        const nextTryMs = state.due === null ? null : Math.round(state.due - this.#clock.now());
        return this.#emit({ type: 'server.failed', ...of, fault: told(state.fault), nextTryMs });
      }
      case 'stopped':
        return this.#emit({ type: 'server.stopped', ...of });
    }
  }

  /** The calls of a life that ended; silent where there were none. */
  closed(model: Model, report: CloseReport): void {
    if (report.held + report.replayed + report.rejected > 0)
      this.#emit({ type: 'session.closed', ...this.#of(model), ...report });
  }

  restored(model: Model, report: { sent: number; replayed: number }): void {
    if (report.sent > 0) this.#emit({ type: 'session.restored', ...this.#of(model), ...report });
  }

  catalogueChanged(model: Model, kind: ListKind, diff: ListDiff): void {
    this.#emit({ type: 'catalogue.changed', ...this.#of(model), kind, ...diff });
  }

  healthChanged(model: Model, from: Verdict, to: Verdict): void {
    const { category, reason } = to;
    this.#emit({ type: 'health.changed', ...this.#of(model), from: from.health, to: to.health, category, reason });
  }

  /** `restarts`: of this instance, so far. */
  checked(model: Model, report: CheckReport, usage: UsageSample | null, restarts: number): void {
    const { verdict, pingMs, listMs, latency } = report;
    const { p50, p95, errorRate } = latency;
    this.#emit({
      type: 'health.checked',
      ...this.#of(model),
      verdict: verdict.health,
      pingMs,
      listMs,
      rssBytes: usage?.rssBytes ?? null,
      cpuPercent: usage?.cpuPercent ?? null,
      p50,
      p95,
      errorRate,
      restarts,
    });
  }

  callFinished(model: Model, { call, settled, answer, tookMs }: Finished): void {
    const isError = settled.ok && (answer?.value.result as { isError?: unknown } | undefined)?.isError === true;
    const { method, tool, replays, traceparent } = call;
    const rpcCode = answer?.error == null ? null : serverErrorOf(answer.value.error).code;
    const code = settled.ok ? null : settled.error.code;
    this.#emit({
      type: 'call.finished',
      ...this.#of(model),
      method,
      tool,
      outcome: outcomeOf(settled),
      isError,
      tookMs,
      replays,
      code,
      ...(rpcCode === null ? {} : { rpcCode }),
      ...(traceparent === null ? {} : { traceparent }),
    });
  }

  output(model: Model, stream: 'stderr' | 'stdout', lines: readonly string[]): void {
    for (const line of lines) this.#emit({ type: 'server.output', ...this.#of(model), stream, line });
  }

  notice(model: Model, text: string): void {
    this.#emit({ type: 'server.notice', ...this.#of(model), text });
  }

  #of(model: Model) {
    return { server: this.#config.name, instance: this.#instance, incarnation: model.incarnation };
  }
}

function readyFacts(
  life: InstanceLife | null,
  { catalogue, handshake }: Session,
): { tools: number; protocolVersion: string; container: string } {
  const group = life?.process?.group;
  return {
    tools: catalogue.list('tools')?.length ?? 0,
    protocolVersion: handshake?.protocolVersion ?? '',
    container: group === undefined ? '' : `${group.kind} ${group.level}`,
  };
}

function outcomeOf(settled: Finished['settled']): CallOutcome {
  if (settled.ok) return 'answered';
  if (settled.error.code === 'TOOL_CALL_CANCELLED') return 'cancelled';
  return settled.error.code === 'TOOL_CALL_TIMEOUT' ? 'timedOut' : 'rejected';
}

export function told(fault: HoldfastError): Fault {
  const { category, code, message, hint, stderrTail } = fault;
  return { category, code, message, hint, ...(stderrTail.length > 0 ? { stderrTail } : {}) };
}
