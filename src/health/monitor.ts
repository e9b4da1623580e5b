import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Clock, Timer } from '../process/clock.ts';
import type { Finished } from '../session/calls-setup.ts';
import type { Item } from '../session/catalogue.ts';
import { climb, staleAfterMs } from './ladder.ts';
import { dueAt, type LadderAction, type LadderEvent, type LadderModel, newLadder, suspicion } from './ladder-model.ts';
import { LatencyWindow } from './latency.ts';
import type { Excess } from './limits.ts';
import { ListCheck, type Listed } from './list-check.ts';
import type { MonitorOptions, MonitorReports, Patient } from './monitor-setup.ts';
import { SilenceWatch } from './silence-watch.ts';
import { ToolWatch } from './tool-watch.ts';
import { judge, type Verdict } from './verdict.ts';

const UNKNOWN: Verdict = { health: 'unknown', category: null, reason: null };

/** Watches one instance: carries out what the ladder decides, keeps the figures, and says what they amount to. */
export class HealthMonitor {
  readonly latency = new LatencyWindow();
  readonly tools = new ToolWatch();
  readonly #server: string;
  readonly #options: MonitorOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #patient: Patient;
  readonly #reports: MonitorReports;
  readonly #silence: SilenceWatch;
  readonly #listCheck: ListCheck;
  #ladder: LadderModel;
  /** How many calls are open, where a trusting ladder has not been told. */
  #untold: LadderEvent | null = null;
  #verdict: Verdict = UNKNOWN;
  #tick: Timer | null = null;
  #heardAt = -Infinity;
  #resumedAt = -Infinity;
  #isProven = false;
  #lastCheck: { at: number; verdict: Verdict } | null = null;
  #pingMs: number | null = null;
  #owed: HoldfastError | null = null;
  #listSilentMs: number | null = null;
  #nearLimits: readonly Excess[] = [];

  constructor(
    server: string,
    options: MonitorOptions,
    clock: Clock,
    random: () => number,
    patient: Patient,
    reports: MonitorReports,
  ) {
    this.#server = server;
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.#patient = patient;
    this.#reports = reports;
    this.#ladder = newLadder(options);
    this.#listCheck = new ListCheck(clock, options.pingMs, this.tools, () => patient.listTools());
    this.#silence = new SilenceWatch(clock, {
      waitedMs: options.waitedMs,
      silentSince: () => {
        const { oldestSent } = patient.openCalls();
        return oldestSent === null ? null : Math.max(oldestSent, this.#heardAt);
      },
      onSilence: () => this.#post({ type: 'waited', incarnation: this.#ladder.incarnation }),
    });
  }

  get verdict(): Verdict {
    return this.#verdict;
  }

  /** Wall time and verdict of the last completed check. */
  get lastCheck(): { readonly at: number; readonly verdict: Verdict } | null {
    return this.#lastCheck;
  }

  /** Monotonic ms of the last valid message, -Infinity before the first. */
  get heardAt(): number {
    return this.#heardAt;
  }

  ready(incarnation: number): void {
    this.#isProven = false;
    this.#heardAt = this.#clock.now();
    this.#post({ type: 'ready', incarnation });
    this.callsChanged(incarnation);
  }

  down(incarnation: number): void {
    this.#silence.stop();
    this.#owed = null;
    this.#listSilentMs = null;
    this.#post({ type: 'down', incarnation });
  }

  /** Any valid message; on the path of every answer, so it does next to nothing. */
  heard(incarnation: number): void {
    this.#heardAt = this.#clock.now();
    this.#post({ type: 'heard', incarnation });
    if (!this.#isProven && this.#ladder.state === 'trusted') {
      this.#isProven = true;
      this.#reports.onProven();
    }
  }

  /** A call was written or has ended. `isOverdue`: one has just run out of time. */
  callsChanged(incarnation: number, isOverdue = false): void {
    const { open } = this.#patient.openCalls();
    const calls: LadderEvent = { type: 'calls', incarnation, open, overdue: isOverdue };
    // Only suspects are judged by their calls, and most servers never are: until something else happens the ladder need not know.
    if (this.#ladder.state === 'trusted') this.#untold = calls;
    else this.#post(calls);
    if (open > 0) this.#silence.start();
    // What it watches may end: it finds nothing then, which costs less than a timer for each of many short calls.
    else this.#payOwed();
  }

  /** A call is over, however it ended. `isFailure`: an error of the server, not the tool's own. */
  measured({ tookMs, servedMs }: Pick<Finished, 'tookMs' | 'servedMs'>, isFailure: boolean): void {
    // How long somebody waited who then lost patience, or for a start, is not how fast the server answers.
    if (servedMs === null && !isFailure) return;
    const ms = servedMs ?? tookMs;
    const now = this.#clock.now();
    // A call that was under way over a sleep has slept, too: its time says nothing about the server.
    if (now - ms >= this.#resumedAt) this.latency.record(now, ms, isFailure);
  }

  /** The machine slept or its clock jumped: what was measured since is worth nothing. */
  resumed(): void {
    this.#resumedAt = this.#clock.now();
    this.latency.clear();
    this.#post({ type: 'resumed' });
  }

  /** The limits of its configuration that it is near to have changed. */
  near(limits: readonly Excess[]): void {
    this.#nearLimits = limits;
    this.reconsider();
  }

  /** The lifecycle state has changed, or a figure that counts. */
  reconsider(): void {
    const state = this.#patient.state();
    const to = judge({
      state,
      fault: this.#patient.fault(),
      suspicion: suspicion(this.#ladder, this.#clock.now()),
      silentMs: this.#clock.now() - this.#heardAt,
      staleAfterMs: staleAfterMs(this.#options),
      missingTools: this.tools.missing,
      listSilentMs: this.#listSilentMs,
      nearLimits: this.#nearLimits,
      latency: this.latency.summary(this.#clock.now()),
      latencyBudgetMs: this.#options.latencyBudgetMs,
      errorRate: this.#options.errorRate,
    });
    const from = this.#verdict;
    this.#verdict = to;
    // The reasons of an unknown health are lifecycle states, which have events of their own.
    const isNews = from.health !== to.health || (to.health !== 'unknown' && from.reason !== to.reason);
    if (isNews) this.#reports.onVerdict(from, to);
  }

  /** Gives back its timers. */
  stop(): void {
    this.#tick?.cancel();
    this.#tick = null;
    this.#silence.stop();
  }

  #post(event: LadderEvent): void {
    const context = { now: this.#clock.now(), random: this.#random };
    if (this.#untold !== null && event.type !== 'heard') {
      [this.#ladder] = climb(this.#ladder, this.#untold, context);
      this.#untold = null;
    }
    const before = this.#ladder;
    const [model, actions] = climb(before, event, context);
    if (model === before) return;
    this.#ladder = model;
    if (dueAt(model) !== dueAt(before)) this.#arm();
    if (model.state !== before.state || model.misses !== before.misses) this.reconsider();
    for (const action of actions) this.#run(action);
  }

  #arm(): void {
    this.#tick?.cancel();
    const due = dueAt(this.#ladder);
    this.#tick =
      due === null ? null : this.#clock.setTimer(due - this.#clock.now(), () => this.#post({ type: 'tick' }));
  }

  #run(action: LadderAction): void {
    switch (action.type) {
      case 'probe':
      case 'probeByList':
        return this.#probe(action);
      case 'compareTools':
        void this.#listCheck.run(action.incarnation, (listed, tookMs) =>
          this.#compared(action.incarnation, listed, tookMs),
        );
        return;
      case 'restart':
        return this.#reports.onCondemned(this.#unresponsive(action));
    }
  }

  #unresponsive(action: LadderAction & { type: 'restart' }): HoldfastError {
    const { process } = this.#ladder;
    const details = { reason: action.reason, silentMs: Math.round(action.silentMs) };
    if (process === 'running') return new HoldfastError('PROCESS_UNRESPONSIVE', { server: this.#server, details });
    const state = process === 'stopped' ? 'stopped by a signal' : 'a zombie';
    return new HoldfastError('PROCESS_FROZEN', { server: this.#server, details: { ...details, state } });
  }

  #probe(action: LadderAction & { type: 'probe' | 'probeByList' }): void {
    const { probe, incarnation } = action;
    const from = this.#clock.now();
    const timer = this.#clock.setTimer(action.timeoutMs, () => this.#post({ type: 'missed', probe }));
    const answer = action.type === 'probe' ? this.#patient.ping() : this.#patient.listTools();
    answer.then(
      () => {
        timer.cancel();
        this.#pingMs = this.#clock.now() - from;
        this.#post({ type: 'answered', probe, ms: this.#pingMs });
      },
      () => timer.cancel(), // the process went down, which is told to the ladder as such
    );
    // A stopped process or a zombie cannot answer, however patient we are.
    this.#patient.processState().then(
      state => this.#post({ type: 'processState', incarnation, state }),
      () => {}, // the process table could not be read: then the probe alone decides
    );
  }

  #compared(incarnation: number, listed: Listed, tookMs: number): void {
    if (this.#ladder.incarnation !== incarnation || this.#ladder.state === 'idle') return;
    this.#listSilentMs = listed === 'overdue' ? tookMs : null;
    if (typeof listed !== 'string') this.#believe(listed);
    this.reconsider();
    this.#lastCheck = { at: this.#clock.wall(), verdict: this.#verdict };
    const latency = this.latency.summary(this.#clock.now());
    const listMs = listed === 'overdue' ? null : tookMs;
    this.#reports.onChecked({ verdict: this.#verdict, pingMs: this.#pingMs, listMs, latency });
  }

  #believe(items: readonly Item[]): void {
    const { advice, removed } = this.tools.check(items);
    if (advice !== 'restart') return this.#reports.onTools(items);
    const details = { tools: removed.join(', ') };
    this.#owed = new HoldfastError('TOOL_VANISHED', { server: this.#server, details });
    this.#payOwed();
  }

  /** A server that lost tools still answers calls; its restart waits until none is open. */
  #payOwed(): void {
    const fault = this.#owed;
    if (fault === null || this.#patient.openCalls().open > 0) return;
    this.#owed = null;
    this.#reports.onCondemned(fault);
  }
}
