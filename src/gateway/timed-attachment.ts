import { type CallOptions, withOptions } from '../session/call.ts';
import type { Clock } from '../session/clock.ts';
import type { Attachment } from '../supervisor/attachment.ts';

/** The same attachment, whose requests end after `timeoutMs` (0: never): fronts do not know which server a request is for. */
export function timedAttachment(attachment: Attachment, timeoutMs: () => number, clock: Clock): Attachment {
  const limited = (options: CallOptions): CallOptions => {
    const limit = timeoutMs();
    return limit === 0 ? options : withOptions(options, { deadline: Math.min(options.deadline, clock.now() + limit) });
  };
  return {
    get server() {
      return attachment.server;
    },
    get handshake() {
      return attachment.handshake;
    },
    get catalogue() {
      return attachment.catalogue;
    },
    get waitingFor() {
      return attachment.waitingFor;
    },
    request: (message, options) => attachment.request(message, limited(options)),
    notify: text => attachment.notify(text),
    respond: text => attachment.respond(text),
    setProfile: profile => attachment.setProfile(profile),
    whenKnown: signal => attachment.whenKnown(signal),
    detach: () => attachment.detach(),
  };
}
