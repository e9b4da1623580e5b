import type { HoldfastError } from '../errors/holdfast-error.ts';
import { type Call, type CallOptions, fateOf, isRepeatable, newCall, type Settled } from './call.ts';
import { callError, lostError } from './call-errors.ts';
import type { CallsOptions, CloseReport } from './calls-setup.ts';
import { Deadlines } from './deadlines.ts';
import { InFlight } from './in-flight.ts';
import {
  answerWithId,
  type NotificationEnvelope,
  notification,
  type RequestEnvelope,
  type ResponseEnvelope,
  splice,
} from './json-text.ts';
import { passProgress, tellWaiting } from './telling.ts';
import { Turnstile } from './turnstile.ts';
import type { Upstream } from './upstream.ts';

/** Every outstanding call of one instance, from its arrival to its one answer, across the lives of the process. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #open = new Set<Call>();
  readonly #inFlight: InFlight;
  readonly #deadlines: Deadlines<Call>;
  readonly #turnstile: Turnstile;
  #upstream: Upstream | null = null;

  constructor(options: CallsOptions) {
    this.#options = options;
    this.#inFlight = new InFlight(options.clock);
    this.#turnstile = new Turnstile(options.maxOpen);
    this.#deadlines = new Deadlines(options.clock, call => this.#expire(call));
  }

  /** Calls handed to the server and not answered. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Calls that wait for the server to come (back), or for a place among those under way. */
  get held(): number {
    return this.#open.size - this.#inFlight.size;
  }

  /** When the call that waits longest was sent (monotonic ms), also one that the server has not read; null when none waits. */
  get oldestSent(): number | null {
    return this.#inFlight.oldest?.placedAt ?? null;
  }

  /** Who may be behind a question of the server: the clients with calls that it has, or may still work on. */
  get askers(): ReadonlySet<object> {
    return this.#inFlight.owners();
  }

  /** The tools that the server has been called for, by these clients. */
  toolsOf(owners: ReadonlySet<object>): string[] {
    return this.#inFlight.tools(owners);
  }

  /** Whether a call of anybody else is open. */
  hasOthers(owner: object): boolean {
    for (const call of this.#open) if (call.options.owner !== owner) return true;
    return false;
  }

  /** The client is gone: nobody waits for the answers to its calls. */
  cancelAll(owner: object): void {
    for (const call of [...this.#open]) if (call.options.owner === owner) this.#cancel(call, 'TOOL_CALL_CANCELLED');
  }

  /**
   * Tells the callers that want to hear it what their calls wait for; `isNew`: only those that have not been told yet.
   * The figures rise, and stay below all that a server says.
   */
  tellWaiting(message: string, isNew: boolean): void {
    for (const call of this.#open) tellWaiting(call, message, isNew);
  }

  /** Sends the request, or holds it while the server is away. Resolves with the raw answer, under the caller's id. */
  add(envelope: RequestEnvelope, options: CallOptions): Promise<string> {
    return new Promise((resolve, reject) => {
      const abort = () => this.#cancel(call, 'TOOL_CALL_CANCELLED');
      const call = newCall(envelope, options, this.#options.clock.now(), settled => {
        // One signal may serve all calls of a caller; those that have ended must not hang on it.
        options.signal?.removeEventListener('abort', abort);
        if (settled.ok) resolve(settled.text);
        else reject(settled.error);
      });
      this.#open.add(call);
      if (options.signal?.aborted === true) return abort();
      options.signal?.addEventListener('abort', abort);
      const isThere = this.#upstream !== null;
      if (this.#upstream !== null && this.#turnstile.admits(this.#inFlight.size)) this.#send(call, this.#upstream);
      else if (isThere && this.#turnstile.waiting < this.#options.maxHeld) this.#wait(call);
      else if (!isThere && this.#open.size <= this.#options.maxHeld) this.#hold(call);
      else this.#finish(call, failure(this.#error('RESOURCE_QUEUE_FULL', call)));
    });
  }

  /** The server is ready: sends what was held, in the order of arrival. Returns how many of them are repeats. */
  open(upstream: Upstream): { sent: number; replayed: number } {
    this.#upstream = upstream;
    this.#turnstile.open();
    let replayed = 0;
    const waiting = [...this.#open];
    for (const call of waiting) {
      if (call.replays > 0) {
        replayed++;
        call.options.onReplay?.();
      }
      if (this.#open.has(call)) this.#wait(call);
    }
    this.#letIn();
    return { sent: waiting.length, replayed };
  }

  /** The server goes down: holds, keeps for replay or rejects each call. `isFinal`: there is no next process, so all are rejected. */
  close(fault: HoldfastError | null, isFinal: boolean): CloseReport {
    const upstream = this.#upstream;
    this.#upstream = null;
    const report = { held: 0, replayed: 0, rejected: 0 };
    for (const call of [...this.#open]) {
      // A remote server can say of a message that has arrived that it did not take it.
      if (call.place !== 'held' && call.outgoing?.withdraw() === true) call.place = 'held';
      const fate = isFinal ? 'reject' : fateOf(call, { ...this.#options, isSafe: this.#isSafe(call) });
      // The table has spoken; what the conversation says when it is abandoned must not end the call once more.
      if (call.upstreamId !== null) upstream?.forget(call.upstreamId);
      if (fate === 'reject') {
        report.rejected++;
        this.#finish(call, failure(lostError(call, this.#options.server, fault)));
        continue;
      }
      if (fate === 'replay') {
        report.replayed++;
        call.replays++;
        call.toldBefore = call.progress;
      } else report.held++;
      // One that was waiting already goes on waiting: `holdMs` does not begin anew with every start that fails.
      if (call.upstreamId !== null || this.#turnstile.leave(call)) this.#hold(call);
    }
    this.#inFlight.clear();
    return report;
  }

  /** Nothing more is sent until `resume` or the next `open`: it comes to a moment without calls, and they wait. */
  pause(): void {
    this.#turnstile.shut();
  }

  resume(): void {
    this.#turnstile.open();
    this.#letIn();
  }

  /** Nothing will come: answers all that is still held. */
  settle(fault: HoldfastError): void {
    for (const call of [...this.#open]) {
      if (call.place === 'held')
        this.#finish(call, failure(fault.with({ server: this.#options.server, mayHaveRun: call.replays > 0 })));
    }
  }

  /** The call that the server has under this id. */
  withId(upstreamId: number): Call | null {
    return this.#inFlight.get(upstreamId) ?? null;
  }

  /** The server asks the client something, about this call; where it cannot be told about which, none of them may be repeated. */
  markAsked(about: Call | null): void {
    for (const call of about === null ? this.#open : [about]) if (call.place === 'written') call.hasAsked = true;
  }

  /** Passes on the progress of a call, under its caller's token. After a replay, only what is new. */
  progress(envelope: NotificationEnvelope): boolean {
    const { progressToken } = (envelope.value.params ?? {}) as { progressToken?: unknown };
    // The token that we gave is a number; a server that gives it back as a string is understood all the same.
    const isToken = typeof progressToken === 'number' || typeof progressToken === 'string';
    const call = isToken ? this.#inFlight.get(Number(progressToken)) : undefined;
    return call !== undefined && passProgress(call, envelope);
  }

  #hold(call: Call): void {
    const now = this.#options.clock.now();
    call.place = 'held';
    call.placedAt = now;
    call.upstreamId = null;
    call.outgoing = null;
    this.#deadlines.set(call, Math.min(call.options.deadline, now + this.#options.holdMs));
  }

  /** For a place among those that are under way. */
  #wait(call: Call): void {
    this.#turnstile.wait(call);
    this.#deadlines.set(call, call.options.deadline);
  }

  #letIn(): void {
    while (this.#upstream !== null && this.#turnstile.waiting > 0) {
      const call = this.#turnstile.next(this.#inFlight.size);
      if (call === null) return;
      this.#send(call, this.#upstream, true);
    }
  }

  #send(call: Call, upstream: Upstream, isOwed = false): void {
    const id = upstream.nextId();
    call.upstreamId = id;
    call.place = 'queued';
    call.placedAt = this.#options.clock.now();
    call.hasAsked = false;
    this.#inFlight.add(id, call);
    this.#deadlines.set(call, call.options.deadline);
    const spans = call.tokenSpan === null ? [call.idSpan] : [call.idSpan, call.tokenSpan];
    const edits = spans.map(({ start, end }) => ({ start, end, with: String(id) }));
    const text = splice(call.text, edits);
    const pending = {
      onAnswer: (answer: ResponseEnvelope) =>
        this.#finish(call, { ok: true, text: answerWithId(answer, call.id) }, answer),
      // `close` decides about calls of a lost process; only an answer that cannot be used, or is lost alone, comes here.
      onLost: (error: HoldfastError, mayRepeat = false) => this.#spoilt(call, error, mayRepeat),
    };
    const onWritten = () => {
      call.place = 'written';
    };
    const outgoing = upstream.send(id, text, pending, { onWritten, isOwed });
    if (outgoing === null) return this.#finish(call, failure(this.#error('RESOURCE_QUEUE_FULL', call)));
    call.outgoing = outgoing;
  }

  /** There will be no answer although the server lives: a remote one's connection for this call alone may have broken. */
  #spoilt(call: Call, error: HoldfastError, mayRepeat: boolean): void {
    const fate = fateOf(call, { ...this.#options, isSafe: this.#isSafe(call) });
    if (mayRepeat && fate === 'replay' && this.#upstream !== null) {
      if (call.upstreamId !== null) this.#inFlight.delete(call.upstreamId);
      call.replays++;
      call.toldBefore = call.progress;
      call.options.onReplay?.();
      return this.#send(call, this.#upstream, true);
    }
    // What refused the repeat says nothing of the first time.
    const mayHaveRun = call.replays > 0 || (error.mayHaveRun ?? true);
    this.#finish(call, failure(error.with({ server: this.#options.server, mayHaveRun })));
  }

  #expire(call: Call): void {
    if (call.place !== 'held') return this.#cancel(call, 'TOOL_CALL_TIMEOUT');
    const isLate = call.options.deadline <= this.#options.clock.now();
    this.#finish(call, failure(this.#error(isLate ? 'TOOL_CALL_TIMEOUT' : 'CONNECTION_HOLD_TIMEOUT', call)));
  }

  /** The caller wants no answer any more, and the server is told so. */
  #cancel(call: Call, code: 'TOOL_CALL_CANCELLED' | 'TOOL_CALL_TIMEOUT'): void {
    if (!this.#open.has(call)) return;
    const wasTaken = call.outgoing?.withdraw() === true;
    if (call.place === 'written' && call.upstreamId !== null && !wasTaken) {
      const reason = code === 'TOOL_CALL_TIMEOUT' ? 'the time of the call has passed' : 'the client cancelled the call';
      this.#upstream?.tell(notification('notifications/cancelled', { requestId: call.upstreamId, reason }));
      this.#inFlight.abandon(call);
    }
    this.#finish(call, failure(this.#error(code, call)));
  }

  #finish(call: Call, settled: Settled, answer: ResponseEnvelope | null = null): void {
    if (!this.#open.delete(call)) return;
    this.#deadlines.delete(call);
    this.#turnstile.leave(call);
    if (call.upstreamId !== null) {
      this.#inFlight.delete(call.upstreamId);
      this.#upstream?.forget(call.upstreamId);
    }
    call.settle(settled);
    const now = this.#options.clock.now();
    const servedMs = answer === null ? null : now - call.placedAt;
    this.#options.onFinished({ call, settled, answer, tookMs: now - call.since, servedMs });
    this.#letIn();
  }

  #error(code: Parameters<typeof callError>[0], call: Call): HoldfastError {
    const { server, clock, maxHeld } = this.#options;
    return callError(code, call, { server, afterMs: clock.now() - call.since, maxHeld });
  }

  #isSafe(call: Call): boolean {
    return isRepeatable(call.method, call.tool === null ? null : this.#options.annotations(call.tool));
  }
}

const failure = (error: HoldfastError): Settled => ({ ok: false, error });
