import { capabilitiesOf, type Handlers, hostOf } from '../session/host-handlers.ts';
import type { Member } from './member.ts';

/** The library as one client among the others, at the first instance of each server. */
export function libraryMember(
  server: string,
  handlers: Handlers,
  respond: (text: string) => void,
  onNotification: (text: string) => void,
): Member {
  const hasHandlers = Object.keys(capabilitiesOf(handlers)).length > 0;
  const host = hostOf(server, handlers, respond, onNotification);
  return { kind: hasHandlers ? 'host' : 'listener', isGone: false, makeRoom: () => {}, ...host };
}
