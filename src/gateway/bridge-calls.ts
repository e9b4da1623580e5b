import { HoldfastError } from '../errors/holdfast-error.ts';
import { type Call, fateOf, isRepeatable, newCall } from '../session/call.ts';
import { type Clock, Deadlines } from '../session/deadlines.ts';
import { RESERVED } from '../session/era.ts';
import type { HttpClient } from '../session/http-client.ts';
import {
  idKey,
  type NotificationEnvelope,
  parseMessage,
  type RequestEnvelope,
  type ResponseEnvelope,
  rawMember,
  request,
  withId,
  withRequestId,
} from '../session/json-text.ts';
import { BridgeTools } from './bridge-tools.ts';
import { asObject } from './client-state.ts';

/** One session with a manager, as far as the bridge needs it. */
export type Link = Pick<HttpClient, 'write' | 'listen' | 'close' | 'known'>;

/** A call that no manager has taken waits for so long. */
const HOLD_MS = 30_000;
const REPEATS = { replay: 'safe', replays: 1 } as const;
const LOST = { details: { how: 'the manager between you and it has ended' }, mayHaveRun: true } as const;

/** The calls of one client, before managers that come and go; each is settled once, unless its client cancels it. */
export class BridgeCalls {
  readonly #clock: Clock;
  /** The client's own, by the key of its id, in the order of arrival. */
  readonly #open = new Map<string, Call>();
  /** Those that the present manager has, and ours, under the ids that we have given them. */
  readonly #sent = new Map<number, Call>();
  readonly #holding: Deadlines<Call>;
  readonly #tools = new BridgeTools();
  /** Sent to the last manager, of tools that are on no list yet: whether they may be repeated is asked first. */
  readonly #unsure = new Set<Call>();
  /** Why the last manager was lost. */
  #why: HoldfastError | null = null;
  #link: Link | null = null;
  readonly #nextId: () => number;
  #onIdle: (() => void)[] = [];

  constructor(clock: Clock, nextId: () => number) {
    this.#clock = clock;
    this.#nextId = nextId;
    this.#holding = new Deadlines(clock, call => this.#onHeldTooLong(call));
  }

  /** Calls of the client that are not answered. */
  get size(): number {
    return this.#open.size;
  }

  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  /** Resolves once every call so far is answered. */
  answered(): Promise<void> {
    return this.size === 0 ? Promise.resolve() : new Promise(resolve => this.#onIdle.push(resolve));
  }

  /** Takes a call of the client on. It waits, if the session is not open or `isFirst` says that it opens it. */
  add(envelope: RequestEnvelope, isFirst: boolean, settle: Call['settle']): Call {
    const key = idKey(envelope.id.raw);
    const call = newCall(envelope, { deadline: Infinity }, this.#clock.now(), settled => {
      this.#open.delete(key);
      settle(settled);
      this.#tellIdle();
    });
    this.#open.set(key, call);
    if (this.#link !== null && !isFirst) this.#transmit(call, this.#link);
    else this.#hold(call);
    return call;
  }

  /** The client's `initialize`, under an id of ours. `first`: the client still waits for it, but no longer than for any other that is held. */
  introduce(link: Link, envelope: RequestEnvelope, first: Call | null, settle: Call['settle']): void {
    const call = newCall(envelope, { deadline: Infinity }, this.#clock.now(), settle);
    this.#transmit(call, link, () => {
      if (first !== null) this.#holding.delete(first);
    });
    if (first !== null) first.outgoing = call.outgoing;
  }

  /** A request of our own; `settle` is not called where the manager is lost. */
  ask(link: Link, method: string, params: object, settle: Call['settle'] = () => {}): void {
    const parsed = parseMessage(request('0', method, params));
    if (!parsed.ok || parsed.envelope.kind !== 'request') throw new TypeError(`${method} is no request`);
    this.#transmit(newCall(parsed.envelope, { deadline: Infinity }, this.#clock.now(), settle), link);
  }

  /** The manager takes calls: those that wait are sent. */
  opened(link: Link): void {
    this.#link = link;
    if (this.#unsure.size > 0) this.#askForTools(link);
    for (const call of [...this.#open.values()]) {
      if (call.place === 'held' && call.method !== 'initialize') this.#transmit(call, link);
    }
  }

  /** What the manager was sent may have run; what was not, or may be repeated, waits for the next one. */
  lost(error: HoldfastError): void {
    this.#link = null;
    this.#why = error;
    this.#sent.clear();
    for (const call of [...this.#open.values()]) this.#decide(call, true);
  }

  /** Nobody will come soon. */
  fail(error: HoldfastError): void {
    for (const call of [...this.#open.values()]) if (call.place === 'held') this.#reject(call, error);
  }

  /** The client is gone. */
  end(): void {
    for (const call of this.#open.values()) this.#holding.delete(call);
    this.#link = null;
  }

  /** The call of an answer, which is over; null for one that nobody waits for. */
  take(envelope: ResponseEnvelope): Call | null {
    const { id } = envelope.value;
    const call = typeof id === 'number' ? this.#sent.get(id) : undefined;
    if (call === undefined) return null;
    this.#forget(call);
    if (call.method === 'tools/list') {
      this.#tools.learn(envelope.value.result, rawMember(call.text, ['params', 'cursor']) === null);
    }
    return call;
  }

  /** False where no call has this id. */
  spoil(id: string | null, error: HoldfastError): boolean {
    const call = id === null ? undefined : this.#sent.get(Number(id));
    if (call !== undefined) this.#reject(call, error);
    return call !== undefined;
  }

  cancel(envelope: NotificationEnvelope): void {
    const id = rawMember(envelope, ['params', 'requestId'])?.raw;
    const call = id !== undefined && /^["\d-]/.test(id) ? this.#open.get(idKey(id)) : undefined;
    // `initialize` cannot be cancelled, by the protocol.
    if (call === undefined || call.method === 'initialize') return;
    this.#open.delete(idKey(call.id));
    this.#forget(call);
    this.#tellIdle();
    if (call.upstreamId === null || call.outgoing?.withdraw() === true) return;
    this.#link?.write(withRequestId(envelope, String(call.upstreamId)));
  }

  /** Whose question it is cannot be told here: none of them is repeated any more. */
  asked(): void {
    for (const call of this.#sent.values()) call.hasAsked = true;
  }

  /** Of a call that is repeated, the client has heard the first part of the progress already. */
  isNews({ method, value }: NotificationEnvelope): boolean {
    if (method !== 'notifications/progress') return true;
    const { progressToken, progress } = asObject(value.params);
    if (typeof progress !== 'number') return true;
    for (const call of this.#sent.values()) {
      if (call.progressToken === null || JSON.parse(call.progressToken) !== progressToken) continue;
      call.progress = Math.max(call.progress, progress);
      return progress > call.toldBefore;
    }
    return true;
  }

  #hold(call: Call): void {
    call.place = 'held';
    call.upstreamId = null;
    call.outgoing = null;
    this.#holding.set(call, call.placedAt + HOLD_MS);
  }

  /** What waits goes on waiting until it has left: there may be nobody at the other end. */
  #transmit(call: Call, link: Link, onLeft = () => this.#holding.delete(call)): void {
    const id = this.#nextId();
    call.upstreamId = id;
    call.place = 'queued';
    this.#sent.set(id, call);
    const onWritten = () => {
      if (call.upstreamId !== id) return;
      call.place = 'written';
      onLeft();
    };
    call.outgoing = link.write(withId(call.text, String(id)), { onWritten });
    if (call.outgoing === null) this.#reject(call, new HoldfastError('RESOURCE_QUEUE_FULL', { mayHaveRun: false }));
  }

  /** Its manager is lost. `mayAsk`: whether its tool may be repeated can still be asked. */
  #decide(call: Call, mayAsk: boolean): void {
    if (call.place === 'held') return call.method === 'initialize' ? this.#hold(call) : undefined;
    if (call.place === 'queued' || call.outgoing?.withdraw() === true) return this.#hold(call);
    const hints = call.tool === null ? null : this.#tools.hints(call.tool);
    if (fateOf(call, { ...REPEATS, isSafe: isRepeatable(call.method, hints) }) === 'replay') {
      call.replays++;
      call.toldBefore = call.progress;
      call.placedAt = this.#clock.now();
      return this.#hold(call);
    }
    const isUnsure = call.tool !== null && hints === null && fateOf(call, { ...REPEATS, isSafe: true }) === 'replay';
    if (isUnsure && mayAsk) {
      if (!this.#unsure.has(call)) call.placedAt = this.#clock.now();
      this.#unsure.add(call);
      this.#holding.set(call, call.placedAt + HOLD_MS);
    } else this.#reject(call, new HoldfastError('PROCESS_EXITED_DURING_CALL', LOST));
  }

  #askForTools(link: Link, cursor?: string): void {
    const [first] = this.#unsure;
    if (first === undefined) return;
    const params = { ...(cursor === undefined ? {} : { cursor }), ...protocolOf(first) };
    this.ask(link, 'tools/list', params, settled => {
      const result = settled.ok ? asObject((JSON.parse(settled.text) as { result?: unknown }).result) : {};
      if (typeof result.nextCursor === 'string') return this.#askForTools(link, result.nextCursor);
      const unsure = [...this.#unsure];
      this.#unsure.clear();
      for (const call of unsure) {
        if (this.#open.get(idKey(call.id)) !== call) continue;
        this.#decide(call, false);
        if (call.place === 'held' && this.#link !== null) this.#transmit(call, this.#link);
      }
    });
  }

  #onHeldTooLong(call: Call): void {
    call.outgoing?.withdraw();
    const mayHaveRun = call.replays > 0 || call.place === 'written';
    const why = this.#why?.category === 'network' ? this.#why : null;
    const error = why ?? new HoldfastError('CONNECTION_HOLD_TIMEOUT', { details: { afterMs: HOLD_MS } });
    this.#reject(call, error.with({ mayHaveRun }));
  }

  #reject(call: Call, error: HoldfastError): void {
    this.#forget(call);
    call.settle({ ok: false, error });
  }

  #forget(call: Call): void {
    this.#holding.delete(call);
    this.#unsure.delete(call);
    if (call.upstreamId !== null) this.#sent.delete(call.upstreamId);
  }

  #tellIdle(): void {
    if (this.size > 0) return;
    const waiting = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of waiting) resolve();
  }
}

/** What another request of the same client must say of itself, where it belongs to no session. */
function protocolOf({ text }: Call): { _meta?: object } {
  const meta = asObject(JSON.parse(rawMember(text, ['params', '_meta'])?.raw ?? 'null'));
  const own = Object.entries(meta).filter(([key]) => key.startsWith(RESERVED));
  return own.length === 0 ? {} : { _meta: Object.fromEntries(own) };
}
