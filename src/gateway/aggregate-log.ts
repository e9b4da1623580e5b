import { parseMessage, rawMember, splice } from '../session/json-text.ts';
import type { Attachment } from '../supervisor/attachment.ts';
import type { AggregateMembers } from './aggregate-members.ts';

const LEVELS: readonly unknown[] = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
/** Nobody waits for it. */
const TELL_MS = 60_000;

export interface LogSetup {
  readonly members: AggregateMembers;
  readonly now: () => number;
  readonly notice: (text: string) => void;
}

/**
 * One client's log level, for all servers that log. A server is told before the first request that it gets from the client: until
 * then it has no process that works for this client, and must not get one for a log level.
 */
export class AggregateLog {
  readonly #setup: LogSetup;
  /** What each server that has had a request was told. */
  readonly #told = new Map<string, string | null>();
  #level: string | null = null;

  constructor(setup: LogSetup) {
    this.#setup = setup;
  }

  /** False where there is no such level. */
  set(level: unknown): boolean {
    if (typeof level !== 'string' || !LEVELS.includes(level)) return false;
    this.#level = level;
    for (const attachment of this.#setup.members.opened) {
      if (this.#told.has(attachment.server)) this.tell(attachment);
    }
    return true;
  }

  /** Before a request goes to the server. */
  tell({ server, handshake }: Attachment): void {
    const level = this.#level;
    if (this.#told.get(server) === level) return;
    const isHeard = level !== null && handshake?.capabilities.logging !== undefined;
    this.#told.set(server, isHeard ? level : null);
    if (!isHeard) return;
    const { members, now, notice } = this.#setup;
    members.ask(server, 'logging/setLevel', { level }, { deadline: now() + TELL_MS }).then(
      answer => {
        if (answer.error !== null) notice(`the log level "${level}" was not taken by "${server}"`);
      },
      // The request behind it fails for the same reason, and says so; the next one tries again.
      () => this.#told.set(server, null),
    );
  }
}

/** A log message that says from which server it comes. */
export function withServerAsLogger(text: string, server: string): string {
  const parsed = parseMessage(text);
  if (!parsed.ok || parsed.envelope.kind !== 'notification') return text;
  const { envelope } = parsed;
  const logger = rawMember(envelope, ['params', 'logger']);
  if (logger !== null) {
    const own: unknown = JSON.parse(logger.raw);
    const named = typeof own === 'string' && own !== '' ? `${server}/${own}` : server;
    return splice(text, [{ ...logger, with: JSON.stringify(named) }]);
  }
  const params = rawMember(envelope, ['params']);
  if (params === null || !params.raw.startsWith('{')) return text;
  const comma = /^\{\s*\}/.test(params.raw) ? '' : ',';
  const at = params.start + 1;
  return splice(text, [{ start: at, end: at, with: `"logger":${JSON.stringify(server)}${comma}` }]);
}
