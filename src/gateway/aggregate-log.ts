import { parseMessage, rawMember, splice } from '../session/json-text.ts';
import type { Attachment } from '../supervisor/attachment.ts';
import type { AggregateMembers } from './aggregate-members.ts';
import type { GatewayServer } from './gateway-server.ts';

const LEVELS: readonly unknown[] = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
/** Nobody waits for it. */
const TELL_MS = 60_000;

export interface LogLevelSetup {
  readonly members: AggregateMembers;
  readonly servers: ReadonlyMap<string, GatewayServer>;
  readonly now: () => number;
  readonly notice: (text: string) => void;
}

/** One client's log level, for all servers that log. One that rests is not started for it: it is told before its next call. */
export class AggregateLog {
  readonly #setup: LogLevelSetup;
  readonly #told = new Map<string, string>();
  #level: string | null = null;

  constructor(setup: LogLevelSetup) {
    this.#setup = setup;
  }

  /** False where there is no such level. */
  set(level: unknown): boolean {
    if (typeof level !== 'string' || !LEVELS.includes(level)) return false;
    this.#level = level;
    this.#setup.members.all();
    this.tellAll();
    return true;
  }

  /** Tells those that can hear it now and have not heard it. */
  tellAll(): void {
    if (this.#level === null) return;
    for (const attachment of this.#setup.members.opened) {
      if (this.#setup.servers.get(attachment.server)?.isResting() === false) this.tell(attachment);
    }
  }

  /** The same before a call, which brings the server up anyway. */
  tell({ server, handshake }: Attachment): void {
    const level = this.#level;
    if (level === null || this.#told.get(server) === level || handshake?.capabilities.logging === undefined) return;
    this.#told.set(server, level);
    const { members, now, notice } = this.#setup;
    const failed = (why: string) => {
      if (this.#told.get(server) === level) this.#told.delete(server);
      notice(`the log level "${level}" was not taken by "${server}": ${why}`);
    };
    members.ask(server, 'logging/setLevel', { level }, { deadline: now() + TELL_MS }).then(
      answer => {
        if (answer.error !== null) failed('it answered with an error');
      },
      (error: unknown) => failed(String(error)),
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
