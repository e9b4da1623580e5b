import { type Envelope, type MessageEnvelope, parseMessage } from '../session/json-text.ts';

/** The only revision whose clients may send several messages at once, and how many. */
const WITH_BATCHES = '2025-03-26';
const MAX_BATCH = 1_000;

/** The messages of a body, or why it is none of this revision. */
export function messagesOf(envelope: Envelope, version: string): readonly MessageEnvelope[] | string {
  if (envelope.kind !== 'batch') return [envelope];
  if (version !== WITH_BATCHES) return `several messages in one body are known to revision ${WITH_BATCHES} alone`;
  if (envelope.items.length === 0) return 'an empty array is no message';
  if (envelope.items.length > MAX_BATCH) return `at most ${MAX_BATCH} messages may come in one body`;
  const messages: MessageEnvelope[] = [];
  for (const item of envelope.items) {
    const parsed = parseMessage(item);
    if (!parsed.ok || parsed.envelope.kind === 'batch') return 'an item of the array is no message';
    const reason = whyUnfit(parsed.envelope);
    if (reason !== null) return `an item of the array is no message: ${reason}`;
    if (parsed.envelope.method === 'initialize') return '"initialize" comes alone';
    messages.push(parsed.envelope);
  }
  return messages;
}

/** Why a message is none. A request with `"id": null` reads as a notification, but its sender would wait for an answer. */
export function whyUnfit(envelope: Envelope): string | null {
  if (envelope.kind === 'invalid') return envelope.reason;
  const isRequest = envelope.kind === 'notification' && !envelope.method.startsWith('notifications/');
  return isRequest && envelope.id !== null ? '"id" must not be null' : null;
}
