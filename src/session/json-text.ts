// Messages go on as the text they came as: 12345678901234567890, 1.0 and unknown fields survive because nothing is
// written anew but the few places that belong to us.

import type { MessageEnvelope, ResponseEnvelope } from './envelope.ts';
import { forEachMember, itemSpans, keyAt, type Slice, type Span, skipSpace, sliceAt, splice } from './json-scan.ts';

export {
  type Envelope,
  type MessageEnvelope,
  type NotificationEnvelope,
  parseMessage,
  type RequestEnvelope,
  type ResponseEnvelope,
} from './envelope.ts';
export { type Slice, type Span, splice } from './json-scan.ts';

/** A message as text that has been parsed once, or its envelope, which saves looking for its parts again. */
export type Message = string | MessageEnvelope;

/** The raw value of a member below the message, such as `['params', '_meta', 'progressToken']`; of duplicates the last, as JSON.parse has it. */
export function rawMember(message: Message, path: readonly string[]): Slice | null {
  const text = textOf(message);
  const span = find(message, path);
  return span === null ? null : sliceAt(text, span);
}

/** The raw texts of the items of an array, such as `['result', 'tools']`; empty where there is no array. */
export function arrayItems(message: Message, path: readonly string[]): string[] {
  const text = textOf(message);
  const span = find(message, path);
  return span === null ? [] : itemSpans(text, span.start).map(item => sliceAt(text, item).raw);
}

/** The message with another id, given as raw JSON; one without an id gets it as its first member. */
export function withId(message: Message, newIdRaw: string): string {
  return withMember(message, ['id'], newIdRaw) ?? insertFirst(textOf(message), `"id":${newIdRaw}`);
}

/** A request with another progress token (`params._meta.progressToken`); unchanged where it has none. */
export function withProgressToken(message: Message, newTokenRaw: string): string {
  return withMember(message, ['params', '_meta', 'progressToken'], newTokenRaw) ?? textOf(message);
}

/** A `notifications/progress` with another `params.progressToken`; unchanged where it has none. */
export function withProgressTokenOfProgress(message: Message, newTokenRaw: string): string {
  return withMember(message, ['params', 'progressToken'], newTokenRaw) ?? textOf(message);
}

/** A `notifications/cancelled` with another `params.requestId`; unchanged where it has none. */
export function withRequestId(message: Message, newIdRaw: string): string {
  return withMember(message, ['params', 'requestId'], newIdRaw) ?? textOf(message);
}

/**
 * An answer under another id, in a form that strict clients take: as it came where it is strict already,
 * else written anew around its raw result or error. (The SDKs' clients drop a loose answer, and the call hangs.)
 */
export function answerWithId(response: ResponseEnvelope, newIdRaw: string): string {
  if (response.strict) return withId(response, newIdRaw);
  const [name, span] = response.result === null ? ['error', response.error] : ['result', response.result];
  return `{"jsonrpc":"2.0","id":${newIdRaw},"${name}":${span === null ? 'null' : sliceAt(response.text, span).raw}}`;
}

/** The text as one line, for a newline-delimited stream: in valid JSON, raw newlines stand only between tokens. */
export function oneLine(text: string): string {
  return text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]+/g, ' ') : text;
}

/**
 * A key under which equal ids meet, however each side writes them: `1` and `1.0`, `"a"` and `"\u0061"`, but not `1` and `"1"`.
 * Integers beyond 2^53 stay apart.
 */
export function idKey(idRaw: string): string {
  if (/^-?\d+$/.test(idRaw)) return idRaw === '-0' ? '0' : idRaw;
  const value: unknown = JSON.parse(idRaw);
  // 1e999 is a number in JSON and infinite here.
  return value === Infinity || value === -Infinity ? idRaw : JSON.stringify(value);
}

/** An answer that says why there is none. `data` is left out where it is undefined. */
export function errorResponse(idRaw: string, code: number, message: string, data?: object): string {
  return `{"jsonrpc":"2.0","id":${idRaw},"error":${JSON.stringify({ code, message, data })}}`;
}

/** A request of our own; `params` is left out where it is undefined. */
export function request(idRaw: string, method: string, params?: object): string {
  return `{"jsonrpc":"2.0","id":${idRaw},"method":${JSON.stringify(method)}${paramsMember(params)}}`;
}

/** A notification of our own; `params` is left out where it is undefined. */
export function notification(method: string, params?: object): string {
  return `{"jsonrpc":"2.0","method":${JSON.stringify(method)}${paramsMember(params)}}`;
}

const paramsMember = (params: object | undefined): string =>
  params === undefined ? '' : `,"params":${JSON.stringify(params)}`;

const textOf = (message: Message): string => (typeof message === 'string' ? message : message.text);

function withMember(message: Message, path: readonly string[], raw: string): string | null {
  const span = find(message, path);
  return span === null ? null : splice(textOf(message), [{ start: span.start, end: span.end, with: raw }]);
}

function insertFirst(text: string, member: string): string {
  const at = skipSpace(text, 0) + 1;
  const isEmpty = text.charAt(skipSpace(text, at)) === '}';
  return text.slice(0, at) + member + (isEmpty ? '' : ',') + text.slice(at);
}

function find(message: Message, path: readonly string[]): Span | null {
  const text = textOf(message);
  const [first, ...rest] = path;
  if (typeof message !== 'string' && first !== undefined) {
    const known = knownSpan(message, first);
    if (known !== undefined) return known === null ? null : descend(text, known, rest);
  }
  const start = skipSpace(text, 0);
  return descend(text, { start, end: text.trimEnd().length }, path);
}

/** `undefined` where the envelope cannot say: its `result` and `error` are null also for members that hold null. */
function knownSpan(message: MessageEnvelope, name: string): Span | null | undefined {
  if (name === 'id') return message.id;
  if (name === 'params') return message.params;
  return name === 'result' ? (message.result ?? undefined) : undefined;
}

function descend(text: string, from: Span, path: readonly string[]): Span | null {
  let span: Span | null = from;
  for (const name of path) {
    if (span === null) return null;
    span = lastMember(text, span.start, name);
  }
  return span;
}

function lastMember(text: string, start: number, name: string): Span | null {
  let last: Span | null = null;
  forEachMember(text, start, (key, value) => {
    if (keyAt(text, key) === name) last = value;
  });
  return last;
}
