import { type Channel, channels } from './event-entries.ts';
import type { HoldfastEvent } from './events.ts';
import type { LogFiles, LogsStatus } from './log-files.ts';
import { logStem } from './log-names.ts';
import type { Logger } from './logger.ts';
import { OutputLimit } from './output-limit.ts';

export interface EventLogOptions {
  readonly files: Pick<LogFiles, 'write' | 'close' | 'status'>;
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  /** Whether there is a line for each call. */
  readonly protocol: boolean;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Milliseconds since 1970, for the lines. */
  readonly wall: () => number;
}

type LoggerModule = typeof import('./logger.ts');

/** Writes events to the log files: a server's to its own file, all others to the manager's. They are free of secrets already. */
export class EventLog {
  readonly #options: EventLogOptions;
  readonly #channels: ReadonlySet<Channel>;
  readonly #loggers = new Map<string | null, Logger>();
  readonly #limits = new Map<string, OutputLimit>();
  #module: LoggerModule | null = null;
  #loading: Promise<void> | null = null;
  /** Since before the logger was there. */
  #early: HoldfastEvent[] = [];

  constructor(options: EventLogOptions) {
    this.#options = options;
    this.#channels = new Set(channels.filter(channel => channel !== 'protocol' || options.protocol));
  }

  get status(): LogsStatus {
    return this.#options.files.status;
  }

  readonly listener = (event: HoldfastEvent): void => {
    if (this.#module === null) {
      this.#early.push(event);
      // It takes its time to load: the first server is to be on its way by then.
      this.#loading ??= import('./logger.ts').then(module => this.#loaded(module));
    } else this.#write(this.#module, event);
  };

  /** Resolves when all is written, or as far as the disk takes it. */
  async close(): Promise<void> {
    await this.#loading;
    for (const [server, limit] of this.#limits) this.#tellOmitted(server, limit);
    await this.#options.files.close();
  }

  #loaded(module: LoggerModule): void {
    this.#module = module;
    for (const event of this.#early.splice(0)) this.#write(module, event);
  }

  #write(module: LoggerModule, event: HoldfastEvent): void {
    const server = 'server' in event ? event.server : null;
    if (server !== null) {
      const limit = this.#limitOf(server);
      if (event.type === 'server.output' && !limit.takes(event.line)) return;
      this.#tellOmitted(server, limit);
    }
    module.logEvent(this.#loggerOf(module, server), event, this.#channels);
  }

  #tellOmitted(server: string, limit: OutputLimit): void {
    const omitted = limit.omitted();
    if (omitted === 0 || this.#module === null) return;
    const text = `${omitted} lines of its output were left out here: it writes too many`;
    this.#loggerOf(this.#module, server).warn({ channel: 'debug', server, omitted }, text);
  }

  #limitOf(server: string): OutputLimit {
    const limit = this.#limits.get(server) ?? new OutputLimit(this.#options.now);
    this.#limits.set(server, limit);
    return limit;
  }

  #loggerOf(module: LoggerModule, server: string | null): Logger {
    const { files, level, wall } = this.#options;
    const stem = logStem(server);
    const destination = { write: (line: string) => files.write(stem, line) };
    const made =
      this.#loggers.get(server) ?? module.createLogger({ level, json: true, destination, wall, redact: text => text });
    this.#loggers.set(server, made);
    return made;
  }
}
