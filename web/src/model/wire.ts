import type { WireError } from '../../../src/daemon/control-errors.ts';
import type { StatusReport } from '../../../src/daemon/control-routes.ts';
import type { InstanceStatus, ServerStatus } from '../../../src/supervisor/status.ts';
import type { HoldfastEvent } from '../../../src/telemetry/events.ts';
import type { HistoryReport, Restart, ServerFigures, Totals } from '../../../src/telemetry/history.ts';

// What the control API says, as far as the page reads it. The page comes from the very manager it asks: no version but its own.

export type { HistoryReport, InstanceStatus, Restart, ServerFigures, ServerStatus, Totals, WireError };

/** A line of `/api/events`. */
export type StreamedEvent = HoldfastEvent & { readonly seq: number };

/** A tool as its server described it. */
export interface Tool {
  readonly server: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: unknown;
  readonly annotations?: {
    readonly title?: string;
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
  };
}

export interface ConfigMistake {
  readonly message: string;
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly key: string | null;
}

/** `manager.configuration`: the file as it is now, beside what runs. */
export interface ConfigurationStatus {
  readonly file: string | null;
  readonly loadedAt: string;
  readonly problems: readonly ConfigMistake[];
  readonly warnings: readonly ConfigMistake[];
  readonly pending: readonly { readonly server: string; readonly reason: string }[];
  readonly needsRestart: readonly string[];
}

export type Report = StatusReport & {
  readonly manager: StatusReport['manager'] & { readonly configuration?: ConfigurationStatus };
};
