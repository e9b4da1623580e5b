import type { WireError } from '../../../src/daemon/control-errors.ts';
import type { StatusReport } from '../../../src/daemon/control-routes.ts';
import type { ConfigIssue } from '../../../src/errors/config-error.ts';
import type { ConfigurationStatus } from '../../../src/manager-api.ts';
import type { InstanceStatus, ServerStatus } from '../../../src/supervisor/status.ts';
import type { HoldfastEvent } from '../../../src/telemetry/events.ts';
import type { HistoryReport, Restart, ServerFigures, Totals } from '../../../src/telemetry/history.ts';

// What the control API says, as far as the page reads it. The page comes from the very manager it asks: no version but its own.

export type {
  ConfigIssue,
  ConfigurationStatus,
  HistoryReport,
  InstanceStatus,
  Restart,
  ServerFigures,
  ServerStatus,
  StatusReport as Report,
  Totals,
  WireError,
};

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
