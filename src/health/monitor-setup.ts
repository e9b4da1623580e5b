import type { HoldfastError } from '../errors/holdfast-error.ts';
import type { ProcessState } from '../process/inspect.ts';
import type { Item } from '../session/catalogue.ts';
import type { ServerState } from '../telemetry/events.ts';
import type { LatencySummary } from './latency.ts';
import type { Verdict } from './verdict.ts';

/** The instance that is watched. Each promise rejects when the process goes down meanwhile. */
export interface Patient {
  /** Resolves with any answer, an error too. */
  ping(): Promise<void>;
  /** Resolves with null where the server answers with an error: that is life, if no list. */
  listTools(): Promise<readonly Item[] | null>;
  processState(): Promise<ProcessState>;
  openCalls(): { readonly open: number; readonly oldestSent: number | null };
  /** The fault of the present state, while it is down. */
  fault(): HoldfastError | null;
  state(): ServerState;
}

/** The `health` options of a server that the monitor goes by. */
export interface MonitorOptions {
  readonly intervalMs: number;
  readonly pingMs: number;
  /** A call that has waited this long without a byte from the server is a reason to probe; 0 = off. */
  readonly waitedMs: number;
  readonly latencyBudgetMs: number;
  readonly errorRate: number;
}

export interface CheckReport {
  readonly verdict: Verdict;
  readonly pingMs: number | null;
  readonly listMs: number | null;
  readonly latency: LatencySummary;
}

export interface MonitorReports {
  /** A list that differs from what was known, and may be believed. */
  onTools(items: readonly Item[]): void;
  /** The server must be ended and started afresh. */
  onCondemned(fault: HoldfastError): void;
  onVerdict(from: Verdict, to: Verdict): void;
  onChecked(report: CheckReport): void;
  /** The first sign of life since it became ready. */
  onProven(): void;
}
