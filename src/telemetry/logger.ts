import { type Logger as PinoLogger, pino } from 'pino';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { redactSecrets } from '../errors/redact.ts';
import { redactDeep, WORDS } from '../errors/redact-deep.ts';
import { channels as allChannels, type Channel, entryOf } from './event-entries.ts';
import type { EventListener } from './event-hub.ts';
import type { HoldfastEvent } from './events.ts';
import { type LogLine, logLine } from './log-line.ts';

/** From the fewest lines to the most; `silent` is none at all. */
export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

export type Logger = PinoLogger;

export interface LoggerOptions {
  readonly level: LogLevel;
  /** One JSON object a line; else one line for people. */
  readonly json: boolean;
  /** Where the lines go; stderr by default, since stdout is for results. */
  readonly destination?: { write(text: string): unknown };
  /** Takes secrets out of every text, as `redactSecrets` makes it. Default: those that can be told by their form. */
  readonly redact?: (text: string) => string;
  /** Whether the lines for people are coloured; false by default. */
  readonly isColoured?: boolean;
  /** Milliseconds since 1970; the system's clock by default. */
  readonly wall?: () => number;
}

/** A logger that writes no secret it was told of. Times are ISO 8601 in UTC, in the lines for people the local time of day. */
export function createLogger(options: LoggerOptions): Logger {
  const { level, json, destination = process.stderr, redact = redactSecrets([]), isColoured = false } = options;
  const { wall = Date.now } = options;
  const clean = (value: unknown): unknown => cleaned(value, redact);
  const stream = {
    write: (line: string) =>
      void destination.write(json ? line : `${logLine(JSON.parse(line) as LogLine, isColoured)}\n`),
  };
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date(wall()).toISOString()}"`,
      formatters: {
        level: label => ({ level: label }),
        log: fields => clean(fields) as Record<string, unknown>,
      },
      hooks: {
        logMethod(args, method) {
          const [first] = args as readonly unknown[];
          // pino would take the message from the error itself, unseen by us.
          const all = first instanceof Error && args.length === 1 ? [first, first.message] : args;
          method.apply(this, all.map(arg => (typeof arg === 'string' ? redact(arg) : arg)) as typeof args);
        },
      },
    },
    stream,
  );
}

/** A copy in which every text is clean, with errors as what they say; names of servers and the like stay. */
function cleaned(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (value instanceof HoldfastError) return cleaned(value.toLog(), redact);
  if (value instanceof Error) return cleaned({ type: value.name, message: value.message, stack: value.stack }, redact);
  if (Array.isArray(value)) return value.map(item => cleaned(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, isWord(key, item) ? item : cleaned(item, redact)]),
  );
}

/** The cause of an error is told in words. */
const isWord = (key: string, item: unknown): boolean => typeof item === 'string' && WORDS.has(key) && key !== 'cause';

/**
 * Writes the events of a manager to a log until the function that is returned is called.
 *
 * `redact` is for secrets that the logger was not told of; `channels` are those to be written, all but `protocol` where absent.
 */
export function logEvents(
  onEvent: (listener: EventListener) => () => void,
  logger: Logger,
  redact: (text: string) => string = text => text,
  channels: ReadonlySet<Channel> = usualChannels,
): () => void {
  return onEvent(event => logEvent(logger, event, channels, redact));
}

/** The same for one event. */
export function logEvent(
  logger: Logger,
  event: HoldfastEvent,
  channels: ReadonlySet<Channel>,
  redact: (text: string) => string = text => text,
): void {
  const { channel, level, text, fields } = entryOf(event);
  if (!channels.has(channel) || !logger.isLevelEnabled(level)) return;
  const { type } = event;
  const of =
    'server' in event ? { server: event.server, instance: event.instance, incarnation: event.incarnation } : {};
  logger[level](redactDeep({ channel, type, ...of, ...fields }, redact, WORDS), redact(text));
}

const usualChannels: ReadonlySet<Channel> = new Set(allChannels.filter(channel => channel !== 'protocol'));
