import { redactDeep } from '../errors/redact-deep.ts';
import type { ServerStatus } from '../supervisor/status.ts';
import type { HoldfastEvent } from '../telemetry/events.ts';

type Redact = (text: string) => string;

/**
 * The status with what a server or its surroundings may have said redacted. It is done before the text is laid out: a secret that is
 * broken over two lines is not found any more, and a line that is changed afterwards no longer fits. The words that we compare (states,
 * names) stay, whatever the secrets are.
 */
export function redactStatus(server: ServerStatus, redact: Redact): ServerStatus {
  const { reason, lastError } = server;
  return { ...server, reason: reason === null ? null : redact(reason), lastError: redactDeep(lastError, redact) };
}

/** The same for an event. */
export function redactEvent(event: HoldfastEvent, redact: Redact): HoldfastEvent {
  switch (event.type) {
    case 'server.down':
    case 'server.backoff':
    case 'server.failed':
      return { ...event, fault: redactDeep(event.fault, redact) };
    case 'server.notice':
      return { ...event, text: redact(event.text) };
    case 'health.changed':
      return { ...event, reason: event.reason === null ? null : redact(event.reason) };
    default:
      return event;
  }
}
