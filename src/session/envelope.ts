import { forEachMember, itemSpans, keyAt, type Slice, type Span, skipSpace, sliceAt } from './json-scan.ts';

interface Members {
  /** The message as it came. */
  readonly text: string;
  /** The same, parsed; for looking at, never for sending on. */
  readonly value: Readonly<Record<string, unknown>>;
  /** The `id` member as it stands, `null` as a raw text included; `null` where there is none. */
  readonly id: Slice | null;
  readonly params: Span | null;
  readonly result: Span | null;
  /** `null` also for `"error": null`, which some servers write beside a result. */
  readonly error: Span | null;
  /**
   * False for what we forgive and clients may not: `jsonrpc` is missing or not "2.0", `"error": null` beside a result,
   * `"result": null` beside an error, a notification or an answer with `"id": null`.
   */
  readonly strict: boolean;
}

export interface RequestEnvelope extends Members {
  readonly kind: 'request';
  readonly id: Slice;
  readonly method: string;
}

export interface NotificationEnvelope extends Members {
  readonly kind: 'notification';
  readonly method: string;
}

/** An answer; `id` is missing or null where the sender could not read the request. Exactly one of `result` and `error` is set. */
export interface ResponseEnvelope extends Members {
  readonly kind: 'response';
  readonly method: null;
}

/** JSON, but no message; `id` is set where its caller can be told. */
export interface InvalidEnvelope extends Members {
  readonly kind: 'invalid';
  readonly method: string | null;
  readonly reason: string;
}

/** Several messages in an array, as servers of 2025-03-26 may send; the items' raw texts, not yet looked at. */
export interface BatchEnvelope {
  readonly kind: 'batch';
  readonly text: string;
  readonly value: readonly unknown[];
  readonly items: readonly string[];
}

export type MessageEnvelope = RequestEnvelope | NotificationEnvelope | ResponseEnvelope | InvalidEnvelope;
export type Envelope = MessageEnvelope | BatchEnvelope;

export type Parsed = { readonly ok: true; readonly envelope: Envelope } | { readonly ok: false; readonly why: string };

/** Reads one JSON-RPC message. Not ok is only what is no JSON object or array: noise on stdout, or a broken body. */
export function parseMessage(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The parser's own words may quote the message, and messages hold secrets.
    return { ok: false, why: error instanceof RangeError ? 'the JSON is nested too deeply' : 'the text is not JSON' };
  }
  if (typeof value !== 'object' || value === null) return { ok: false, why: 'a message must be a JSON object' };
  return { ok: true, envelope: scanEnvelope(text, value) };
}

/** Finds the parts of a message that is JSON already; `value` is what the text parses to. Throws nothing for valid JSON. */
function scanEnvelope(text: string, value: object): Envelope {
  const start = skipSpace(text, 0);
  if (Array.isArray(value)) {
    return { kind: 'batch', text, value, items: itemSpans(text, start).map(span => sliceAt(text, span).raw) };
  }
  return classify(text, value as Readonly<Record<string, unknown>>, topLevel(text, start));
}

interface Found {
  id: Span | null;
  params: Span | null;
  result: Span | null;
  error: Span | null;
  ids: number;
  methods: number;
}

function topLevel(text: string, start: number): Found {
  const found: Found = { id: null, params: null, result: null, error: null, ids: 0, methods: 0 };
  forEachMember(text, start, (key, span) => {
    const name = keyAt(text, key);
    if (name === 'id') {
      found.id = span;
      found.ids++;
    } else if (name === 'method') found.methods++;
    else if (name === 'params' || name === 'result' || name === 'error') found[name] = span;
  });
  return found;
}

/** Here and on the whole path of a call the spread comes last in a literal: V8 is slow to add to what it has copied. */
function classify(text: string, value: Members['value'], found: Found): MessageEnvelope {
  const id = found.id === null ? null : sliceAt(text, found.id);
  const failed = found.error !== null && value.error !== null;
  // JSON-RPC 1.0 wrote both members, one of them null; the one that says something counts.
  const result = failed && value.result === null ? null : found.result;
  const error = failed ? found.error : null;
  const strict = value.jsonrpc === '2.0' && result === found.result && error === found.error && value.id !== null;
  const members = { text, value, id, params: found.params, result, error, strict };

  const method = typeof value.method === 'string' ? value.method : null;
  const reason = whyInvalid(value, found, result !== null, failed);
  if (reason !== null) return { kind: 'invalid', ...members, method, reason };
  if (method === null) return { kind: 'response', ...members, method };
  if (id === null || value.id === null) return { kind: 'notification', ...members, method };
  return { kind: 'request', ...members, id, method };
}

function whyInvalid(value: Members['value'], found: Found, hasResult: boolean, failed: boolean): string | null {
  if (found.ids > 1) return 'duplicate "id"';
  if (found.methods > 1) return 'duplicate "method"';
  const id = value.id;
  if (found.id !== null && id !== null && typeof id !== 'string' && typeof id !== 'number') {
    return '"id" must be a string or a number';
  }
  if (found.methods === 0) {
    if (hasResult && failed) return 'both "result" and "error"';
    return hasResult || failed ? null : 'neither "method", "result" nor "error"';
  }
  if (typeof value.method !== 'string') return '"method" must be a string';
  return hasResult || failed ? 'both "method" and an answer' : null;
}
