import { requestOf } from '../session/call.ts';
import { itemsOf } from '../session/catalogue.ts';
import { type RequestEnvelope, rawMember, splice } from '../session/json-text.ts';
import type { Attachment } from '../supervisor/attachment.ts';
import type { Backend, BackendSession } from './backend.ts';
import { type GatewayServer, handshakeOf } from './gateway-server.ts';
import { everyMember } from './members.ts';
import { unknownTool } from './refusal.ts';
import { type ToolFilter, toolFilter } from './tool-filter.ts';

/** One server, names and messages untouched; but a tool that is not offered is neither seen nor called. */
export function singleBackend(server: Pick<GatewayServer, 'name' | 'tools' | 'attach'>): Backend {
  const filter = toolFilter(server.tools);
  return {
    server: server.name,
    open(profile, client) {
      const attachment = server.attach(profile, client);
      const request: BackendSession['request'] = filter.isOpen
        ? (message, options) => attachment.request(message, options)
        : (message, options) => filtered(attachment, filter, message, options);
      return {
        initializeResult: async signal => (await handshakeOf(attachment, signal)).result,
        request,
        notify: text => attachment.notify(text),
        respond: text => attachment.respond(text),
        setProfile: changed => attachment.setProfile(changed),
        close: () => attachment.detach(),
      };
    },
  };
}

async function filtered(
  attachment: Attachment,
  filter: ToolFilter,
  ...[message, options]: Parameters<Attachment['request']>
): Promise<string> {
  const envelope = requestOf(message, attachment.server);
  if (envelope.method === 'tools/list') return withoutHidden(await attachment.request(envelope, options), filter);
  const hidden = envelope.method === 'tools/call' ? hiddenTool(envelope, filter) : null;
  if (hidden === null) return attachment.request(envelope, options);
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
