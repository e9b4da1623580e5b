import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Outgoing } from '../process/stdin-queue.ts';
import type { CancelSignal } from './cancellation.ts';
import { parseMessage, type RequestEnvelope, rawMember, type Span } from './json-text.ts';

/** What the caller of one request wants to hear. */
export interface CallOptions {
  /** Monotonic ms by which the call must be answered; infinity for none. */
  readonly deadline: number;
  /** Raw text of a progress notification of this call, with the caller's own token. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** The call is repeated on a new process; its memory is lost. */
  readonly onReplay?: (() => void) | undefined;
  readonly signal?: CancelSignal | undefined;
  /** The client behind the call, where several share the server. */
  readonly owner?: object | undefined;
  /** While it is held, `onProgress` hears what it waits for. */
  readonly tellsWaiting?: boolean | undefined;
}

/** The same options with some changed. Written out, since to change what a spread has copied costs V8 more than to parse a small message. */
export function withOptions(
  options: CallOptions,
  changed: Partial<Pick<CallOptions, 'deadline' | 'owner' | 'tellsWaiting'>>,
): CallOptions {
  const whole: Required<CallOptions> = {
    deadline: changed.deadline ?? options.deadline,
    onProgress: options.onProgress,
    onReplay: options.onReplay,
    signal: options.signal,
    owner: changed.owner ?? options.owner,
    tellsWaiting: changed.tellsWaiting ?? options.tellsWaiting,
  };
  return whole;
}

/** Whether a call that failed never reached its server, so that another may be asked; not for callers that have no patience left. */
export const isUnsent = (error: unknown, { signal }: CallOptions): boolean =>
  error instanceof HoldfastError &&
  error.mayHaveRun === false &&
  error.code !== 'TOOL_CALL_TIMEOUT' &&
  signal?.aborted !== true;

/** `held`: with us · `queued`: behind others that the server has not read · `written`: handed to the server's stdin. */
export type CallPlace = 'held' | 'queued' | 'written';

/** One request of a client, from its arrival to its one answer; it may see several processes. */
export interface Call {
  /** As the caller wrote it. */
  readonly text: string;
  /** Raw text of the caller's id. */
  readonly id: string;
  readonly method: string;
  /** Name of the tool, for `tools/call`. */
  readonly tool: string | null;
  /** What the caller wrote of its own trace. */
  readonly traceparent: string | null;
  /** Raw text of the caller's progress token. */
  readonly progressToken: string | null;
  /** Where id and token stand in the text, to be written over with ours. */
  readonly idSpan: Span;
  readonly tokenSpan: Span | null;
  readonly options: CallOptions;
  /** Monotonic ms. */
  readonly since: number;
  place: CallPlace;
  /** When it was sent, or began to be held (monotonic ms). */
  placedAt: number;
  /** Our own id of it in the conversation with the present process. */
  upstreamId: number | null;
  outgoing: Outgoing | null;
  replays: number;
  /** The server has asked the client something since this call was written. */
  hasAsked: boolean;
  /** How often the caller has been told what the call waits for. */
  waits: number;
  /** The furthest progress that the caller has been told. */
  progress: number;
  /** The same when the process before this one was lost: its successor begins again, and only what is beyond is news. */
  toldBefore: number;
  readonly settle: (answer: Settled) => void;
}

export type Settled =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly error: HoldfastError };

/** Reads a request of a client, where that has not been done. @throws HoldfastError TOOL_BAD_REQUEST for a text that is none. */
export function requestOf(message: string | RequestEnvelope, server?: string): RequestEnvelope {
  if (typeof message !== 'string') return message;
  const parsed = parseMessage(message);
  if (parsed.ok && parsed.envelope.kind === 'request') return parsed.envelope;
  const reason = parsed.ok ? `it is a JSON-RPC ${parsed.envelope.kind}, not a request` : parsed.why;
  throw new HoldfastError('TOOL_BAD_REQUEST', { server, details: { reason } });
}

/** A call that has just arrived. */
export function newCall(
  envelope: RequestEnvelope,
  options: CallOptions,
  now: number,
  settle: (settled: Settled) => void,
): Call {
  const { name, _meta: meta } = (envelope.value.params ?? {}) as { name?: unknown; _meta?: unknown };
  const token = meta === undefined ? null : rawMember(envelope, ['params', '_meta', 'progressToken']);
  const { traceparent } = (meta ?? {}) as { traceparent?: unknown };
  return {
    text: envelope.text,
    id: envelope.id.raw,
    idSpan: envelope.id,
    method: envelope.method,
    tool: envelope.method === 'tools/call' && typeof name === 'string' ? name : null,
    traceparent: typeof traceparent === 'string' ? traceparent : null,
    progressToken: token?.raw ?? null,
    tokenSpan: token,
    options,
    since: now,
    place: 'held',
    placedAt: now,
    upstreamId: null,
    outgoing: null,
    replays: 0,
    hasAsked: false,
    waits: 0,
    progress: -Infinity,
    toldBefore: -Infinity,
    settle,
  };
}

/** What becomes of a call when its server goes down. */
export type Fate = 'hold' | 'replay' | 'reject';

/**
 * The call table: a call that was not written waits; one that was written is repeated only if that is safe; every other is
 * rejected at once, since it may have run.
 */
export function fateOf(
  call: Pick<Call, 'place' | 'hasAsked' | 'replays'>,
  policy: { readonly isSafe: boolean; readonly replay: 'safe' | 'never'; readonly replays: number },
): Fate {
  if (call.place !== 'written') return 'hold';
  const mayReplay = policy.replay === 'safe' && policy.isSafe && !call.hasAsked && call.replays < policy.replays;
  return mayReplay ? 'replay' : 'reject';
}

/** Requests that only read, by their definition in the protocol. */
const READING = new Set([
  'ping',
  'server/discover',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
]);

/** Requests that set what they are told to; twice is as good as once. */
const SETTING = new Set(['logging/setLevel', 'resources/subscribe', 'resources/unsubscribe']);

/** Whether repeating the request does no harm. A tool says so by `readOnlyHint` or `idempotentHint`; an unknown method never. */
export function isRepeatable(
  method: string,
  tool: { readonly readOnlyHint?: unknown; readonly idempotentHint?: unknown } | null,
): boolean {
  if (READING.has(method) || SETTING.has(method)) return true;
  return method === 'tools/call' && tool !== null && (tool.readOnlyHint === true || tool.idempotentHint === true);
}
