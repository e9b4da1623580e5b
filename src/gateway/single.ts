import { HoldfastError } from '../errors/holdfast-error.ts';
import { type CallOptions, requestOf } from '../session/call.ts';
import type { CancelSignal } from '../session/cancellation.ts';
import { itemsOf, listKindOf } from '../session/catalogue.ts';
import type { Clock } from '../session/clock.ts';
import { notification, type RequestEnvelope, rawMember, splice } from '../session/json-text.ts';
import type { AttachedClient, Attachment } from '../supervisor/attachment.ts';
import type { Backend, BackendSession } from './backend.ts';
import { type GatewayServer, handshakeOf } from './gateway-server.ts';
import { ANSWER_MS, inTime } from './in-time.ts';
import { everyMember } from './members.ts';
import { unknownTool } from './refusal.ts';
import { type ToolFilter, toolFilter } from './tool-filter.ts';

export interface SingleBackend extends Backend {
  /** Others of its tools are offered from now on. */
  toolsChanged(): void;
}

/**
 * One server, names and messages untouched; but a tool that is not offered is neither seen nor called. With a clock a client that waits
 * for a server that was never heard gets an error before it gives up; without one, as where it has started us itself, it waits.
 */
export function singleBackend(
  server: Pick<GatewayServer, 'name' | 'tools' | 'attach'>,
  clock: Clock | null = null,
): SingleBackend {
  let filter = toolFilter(server.tools);
  const clients = new Set<AttachedClient>();
  return {
    server: server.name,
    toolsChanged() {
      filter = toolFilter(server.tools);
      for (const client of clients) client.onNotification(notification('notifications/tools/list_changed'));
    },
    open(profile, client) {
      clients.add(client);
      const attachment = server.attach(profile, client);
      const request: Request =
        clock === null
          ? (message, options) => attachment.request(message, options)
          : (message, options) => listedSoon(attachment, message, options, clock);
      return {
        initializeResult: async signal => {
          if (attachment.handshake !== null) return attachment.handshake.result;
          if (clock === null) return (await handshakeOf(attachment, signal)).result;
          const work = (limited: CancelSignal) => handshakeOf(attachment, limited);
          return (await inTime(clock, signal, work, () => notReady(attachment))).result;
        },
        request: (message, options) =>
          filter.isOpen ? request(message, options) : filtered(attachment, filter, request, message, options),
        notify: text => attachment.notify(text),
        respond: text => attachment.respond(text),
        setProfile: changed => attachment.setProfile(changed),
        close: () => {
          clients.delete(client);
          attachment.detach();
        },
      };
    },
  };
}

type Request = BackendSession['request'];

/** A list of which nothing is kept waits no longer for its server than most clients do for the list; other requests wait as long as they may. */
function listedSoon(
  attachment: Attachment,
  message: string | RequestEnvelope,
  options: CallOptions,
  clock: Clock,
): Promise<string> {
  let envelope: RequestEnvelope;
  try {
    envelope = requestOf(message, attachment.server);
  } catch (error) {
    return Promise.reject(error);
  }
  const kind = listKindOf(envelope.method);
  if (kind === null || attachment.catalogue.list(kind) !== null) return attachment.request(envelope, options);
  const work = (signal: CancelSignal) => attachment.request(envelope, { ...options, signal });
  // A server that is there takes what time it needs.
  const late = () => (attachment.waitingFor === null ? null : notReady(attachment));
  return inTime(clock, options.signal, work, late);
}

const notReady = ({ server, waitingFor }: Attachment): HoldfastError =>
  new HoldfastError('CONNECTION_NOT_READY', {
    server,
    mayHaveRun: false,
    details: { afterMs: ANSWER_MS, ...(waitingFor === null ? {} : { waiting: waitingFor }) },
  });

async function filtered(
  attachment: Attachment,
  filter: ToolFilter,
  request: Request,
  ...[message, options]: Parameters<Request>
): Promise<string> {
  const envelope = requestOf(message, attachment.server);
  if (envelope.method === 'tools/list') return withoutHidden(await request(envelope, options), filter);
  const hidden = envelope.method === 'tools/call' ? hiddenTool(envelope, filter) : null;
  if (hidden === null) return request(envelope, options);
  const known = (attachment.catalogue.list('tools') ?? []).map(tool => tool.key);
  return unknownTool(envelope, attachment.server, hidden, known.filter(filter.passes));
}

/** The tool that a call names and that is not offered; null where there is none. */
function hiddenTool({ text }: RequestEnvelope, filter: ToolFilter): string | null {
  for (const { start, end } of everyMember(text, ['params', 'name'])) {
    const name: unknown = JSON.parse(text.slice(start, end));
    if (typeof name === 'string' && !filter.passes(name)) return name;
  }
  return null;
}

/** A page of tools without those that are not offered; the rest of the answer stays as it is. */
function withoutHidden(answer: string, filter: ToolFilter): string {
  const list = rawMember(answer, ['result', 'tools']);
  if (list === null) return answer;
  const shown = itemsOf('tools', answer).filter(tool => filter.passes(tool.key));
  return splice(answer, [{ ...list, with: `[${shown.map(tool => tool.raw).join(',')}]` }]);
}
