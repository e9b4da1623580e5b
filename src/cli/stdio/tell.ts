import type { Writable } from 'node:stream';
import type { HoldfastEvent } from '../../telemetry/events.ts';
import { redactEvent } from '../redact-deep.ts';
import { eventLine, nameOf } from '../render/event-line.ts';

/** Lines that nobody reads are dropped beyond this many bytes: nothing else would bound our memory. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** What tells our own words from those of a server, which stand beside them. */
export const OUR_MARK = 'holdfast: ';

/**
 * Writes for whoever looks why a client's server does not work: what servers write to their stderr, as it is, and in words of our own
 * what has gone wrong. Secrets are taken out of both.
 */
export class StderrTeller {
  readonly #stderr: Writable;
  readonly #redact: (text: string) => string;
  readonly #isNaming: boolean;

  /** `isNaming`: there are several servers, and each line of theirs begins with whose it is. */
  constructor(stderr: Writable, redact: (text: string) => string, isNaming = false) {
    this.#stderr = stderr;
    this.#redact = redact;
    this.#isNaming = isNaming;
  }

  readonly listener = (event: HoldfastEvent): void => {
    if (event.type === 'server.output') {
      if (event.stream === 'stderr')
        this.#write(`${this.#isNaming ? `${nameOf(event)}: ` : ''}${this.#redact(event.line)}`);
      return;
    }
    if (isOurPing(event)) return;
    const line = eventLine(redactEvent(event, this.#redact));
    if (line !== null && (line.tone === 'warn' || line.tone === 'bad')) this.say(line.text);
    if (event.type === 'server.failed') this.say(this.#redact(event.fault.hint));
  };

  say(text: string): void {
    this.#write(`${OUR_MARK}${text}`);
  }

  #write(line: string): void {
    if (this.#stderr.writable && this.#stderr.writableLength < MAX_UNREAD_BYTES) this.#stderr.write(`${line}\n`);
  }
}

/** The request that gives a client its place, and waits for the first start: nobody else sends a ping that a server sees. */
const isOurPing = (event: HoldfastEvent): boolean =>
  (event.type === 'call.finished' && event.method === 'ping') ||
  (event.type === 'session.closed' && event.replayed + event.rejected === 0);
