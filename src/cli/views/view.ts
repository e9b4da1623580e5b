import type { ServerStatus } from '../../supervisor/status.ts';
import type { HoldfastEvent } from '../../telemetry/events.ts';

/** Where a manager in the foreground can be reached. */
export interface Listening {
  /** Of all servers as one. */
  readonly url: string;
  /** What clients must show; null for none. */
  readonly token: string | null;
  /** Where it stands: a path, or the variable that it came from. */
  readonly tokenFile: string;
  readonly pid: number;
  /** Path of the control socket. */
  readonly control: string;
}

/** Shows a manager in the foreground to whoever looks on. */
export interface View {
  /** It is there; servers may still be starting. */
  opened(facts: Listening): void;
  event(event: HoldfastEvent): void;
  stopping(): void;
  /** A line that is no event, such as a log line; it has no line break at its end. */
  say(text: string): void;
  /** Everything is stopped, but for these processes. Gives back timers and listeners. */
  close(survivors: readonly number[]): void;
}

/** What a view asks of the manager. */
export interface Scene {
  /** `holdfast 1.0.0`. */
  readonly title: string;
  readonly status: () => ServerStatus[];
  /** A line for whoever looks on, which changes with the servers; null while there is none. */
  readonly advice?: ((servers: readonly ServerStatus[]) => string | null) | undefined;
  readonly redact: (text: string) => string;
}
