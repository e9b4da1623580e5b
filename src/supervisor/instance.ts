import type { ServerConfig } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { HealthMonitor } from '../health/monitor.ts';
import { DEMAND_AFTER_MS, policyOf } from '../lifecycle/restart-policy.ts';
import { createModel, type Effect, type Model } from '../lifecycle/state.ts';
import type { UsageSample } from '../process/usage.ts';
import type { CallOptions } from '../session/call.ts';
import type { Finished } from '../session/calls-setup.ts';
import type { RequestEnvelope } from '../session/json-text.ts';
import { Session } from '../session/session.ts';
import type { Ticket } from './admission.ts';
import { createLife } from './create-life.ts';
import { EventReporter } from './event-reporter.ts';
import type { InstanceContext, InstanceSetup } from './instance-setup.ts';
import type { InstanceLife } from './life.ts';
import { Mailbox } from './mailbox.ts';
import { readOtherLists } from './other-lists.ts';
import { patientOf } from './patient.ts';
import { RestWatch } from './rest-watch.ts';
import { Settling } from './settling.ts';
import { Statistics } from './statistics.ts';
import { waitingWords } from './waiting-words.ts';

/** One supervised process of a server, with its own reducer, session, health and statistics. */
export class Instance {
  readonly config: ServerConfig;
  readonly number: number;
  readonly session: Session;
  readonly monitor: HealthMonitor;
  readonly statistics: Statistics;
  readonly #context: InstanceContext;
  readonly #mailbox: Mailbox;
  readonly #events: EventReporter;
  readonly #ticket: Ticket;
  #life: InstanceLife | null = null;
  readonly #settling = new Settling();
  readonly #rest: RestWatch;
  readonly #setup: InstanceSetup;

  constructor(setup: InstanceSetup, context: InstanceContext) {
    const { config, order, number } = setup;
    this.config = config;
    this.number = number;
    this.#setup = setup;
    this.#context = context;
    this.#events = new EventReporter(config, this.number, context.emit, context.clock);
    this.statistics = new Statistics(context.clock);
    this.session = new Session(
      {
        server: config.name,
        options: config.options,
        clock: context.clock,
        store: setup.store,
        questionId: context.questionId,
        whenAway: () => this.demand(),
        reports: {
          onHeard: () => this.monitor.heard(this.model.incarnation),
          onFinished: finished => this.#onFinished(finished),
          onCatalogue: (kind, diff, announced) => {
            if (kind === 'tools' && announced) this.monitor.tools.announced(this.session.catalogue.list('tools') ?? []);
            this.#events.catalogueChanged(this.model, kind, diff);
          },
          onHandshake: handshake => setup.onHandshake?.(handshake),
          onNotice: text => this.notice(text),
        },
      },
      setup.params,
    );
    this.monitor = this.#createMonitor();
    this.#mailbox = new Mailbox(createModel(setup.rests ? 'onDemand' : 'down'), {
      policy: policyOf(config),
      clock: context.clock,
      random: context.random,
      evidence: () => this.#life?.evidence() ?? { stderrTail: [], firstNoise: null },
      onChange: (before, after) => this.#onChange(before, after),
      run: effect => this.#run(effect),
    });
    this.#rest = new RestWatch(this, config.options, context.clock, event => this.#mailbox.post(event));
    this.#ticket = {
      order,
      isClear: () => context.isClear(config),
      admit: () => this.#mailbox.post({ type: 'admitted', incarnation: this.model.incarnation }),
    };
  }

  /** When a call came or ended last, or it became ready (monotonic ms). */
  get usedAt(): number {
    return this.#rest.usedAt;
  }

  get model(): Model {
    return this.#mailbox.model;
  }

  /** The process or connection that is there now, or was last. */
  get life(): InstanceLife | null {
    return this.#life;
  }

  start(): void {
    this.#mailbox.post({ type: 'start' });
  }

  /** A second call skips what patience is left. */
  stop(): void {
    this.#mailbox.post({ type: 'stop' });
  }

  restart(): void {
    // A person who restarts a server takes what it then offers as it is.
    this.monitor.tools.reset();
    this.#mailbox.post({ type: 'restart' });
  }

  /** Its process is to be one for a client whom the present one does not know. */
  handOver(): void {
    this.#mailbox.post({ type: 'handOver' });
  }

  /** The machine slept, or its clock jumped. */
  resumed(): void {
    this.monitor.resumed();
    this.#mailbox.post({ type: 'resumed' });
  }

  /** Looks what its processes use now. Resolves with null where none runs, or where the system does not tell. */
  async sample(): Promise<UsageSample | null> {
    try {
      return (await this.#life?.usage?.sample()) ?? null;
    } catch (error) {
      // Out of file descriptors, say: no reason to end a server, let alone the manager.
      this.#events.notice(this.model, `what it uses could not be read: ${String(error)}`);
      return null;
    }
  }

  /** Resolves once the server is ready, has failed, or is at rest. */
  settled(): Promise<void> {
    return this.#settling.wait(this.model.state);
  }

  notice(text: string): void {
    this.#events.notice(this.model, text);
  }

  /**
   * One request of a client. It waits while the server is on its way, and starts one that rests until it is asked for.
   *
   * @throws HoldfastError the fault of a failed server, CONNECTION_CLOSED for a stopped one, or what the call table says.
   */
  ask(envelope: RequestEnvelope, options: CallOptions): Promise<string> {
    if (this.model.desired === 'down') {
      return Promise.reject(new HoldfastError('CONNECTION_CLOSED', { server: this.config.name, mayHaveRun: false }));
    }
    const answer = this.session.ask(envelope, options);
    this.#rest.used();
    this.monitor.callsChanged(this.model.incarnation);
    if (this.model.state.name !== 'ready') this.#tellWaiting(true);
    return answer;
  }

  /** Somebody waits for it: starts a server that rests, or that failed long enough ago; else gives the fault that stands. */
  demand(): HoldfastError | null {
    const { state } = this.model;
    if (state.name === 'failed' && this.#context.clock.now() - state.since < DEMAND_AFTER_MS) {
      return state.fault.with({ server: this.config.name, mayHaveRun: false });
    }
    this.#mailbox.post({ type: 'demand' });
    return null;
  }

  #run(effect: Effect): void {
    switch (effect.type) {
      case 'admit':
        this.#life = this.#createLife(effect.incarnation);
        return this.#context.admission.request(this.#ticket);
      case 'launch':
        void this.#life?.launch();
        return;
      case 'initialize':
        void this.#life?.initialize();
        return;
      case 'list':
        void this.#life?.list();
        return;
      case 'open':
        return this.#open();
      case 'close': {
        const report = this.session.close(effect.fault, effect.isFinal);
        return this.#events.closed(this.model, report);
      }
      case 'clean':
        void this.#life?.clean(effect.isGentle, effect.survivors);
        return;
      case 'hasten':
        return this.#life?.hasten();
      case 'settle': {
        const server = this.config.name;
        return this.session.calls.settle(effect.fault ?? new HoldfastError('CONNECTION_CLOSED', { server }));
      }
    }
  }

  #open(): void {
    const upstream = this.#life?.upstream;
    if (upstream == null) return;
    const report = this.session.open(upstream);
    this.#events.restored(this.model, report);
    this.monitor.callsChanged(this.model.incarnation);
    readOtherLists(this.session, upstream, failure => {
      // A server that goes down meanwhile has said so already.
      const isDown = this.life?.upstream !== upstream || this.model.state.name !== 'ready';
      if (!isDown) this.#events.notice(this.model, failure);
    });
  }

  #createLife(incarnation: number): InstanceLife {
    const { clock, resolve, agentFor, keeper } = this.#context;
    return createLife({
      config: this.config,
      incarnation,
      session: this.session,
      clock,
      resolve,
      agentFor,
      keeper,
      post: event => this.#mailbox.post(event),
      takerOf: (pid, redact) => {
        const life = { server: this.config.name, instance: this.number, incarnation, pid };
        return this.#context.takerOf?.(life, redact) ?? null;
      },
      onStart: start => this.#events.starting(this.model, start),
      onOutput: (stream, lines) => this.#events.output(this.model, stream, lines),
      onExit: exit => this.#events.exited(exit),
      onNotice: text => this.#events.notice(this.model, text),
      onNear: limits => this.monitor.near(limits),
      onTools: items => {
        this.monitor.tools.started(items);
        this.session.accept('tools', items, false);
      },
      isReady: () => this.model.state.name === 'ready',
    });
  }

  #createMonitor(): HealthMonitor {
    const { clock, random } = this.#context;
    return new HealthMonitor(
      this.config.name,
      this.config.options.health,
      clock,
      random,
      patientOf(this.config.name, this),
      {
        onTools: items => this.session.accept('tools', items, false),
        onCondemned: fault => {
          const { incarnation } = this.model;
          this.#mailbox.post({ type: 'down', incarnation, fault: this.#life?.condemned(fault) ?? fault });
        },
        onVerdict: (from, to) => this.#events.healthChanged(this.model, from, to),
        onChecked: report => {
          const { model } = this;
          void this.sample().then(usage => this.#events.checked(model, report, usage, this.statistics.restarts.total));
        },
        onProven: () => this.#mailbox.post({ type: 'proven', incarnation: this.model.incarnation }),
      },
    );
  }

  #onFinished(finished: Finished): void {
    const isFailure = this.statistics.count(finished);
    this.monitor.measured(finished, isFailure);
    const isOverdue = !finished.settled.ok && finished.settled.error.code === 'TOOL_CALL_TIMEOUT';
    this.monitor.callsChanged(this.model.incarnation, isOverdue);
    this.#events.callFinished(this.model, finished);
    this.#setup.onFinished?.(finished);
    this.#rest.used();
  }

  /** Callers that want progress hear what their calls wait for. `isNew`: only those that have heard nothing yet. */
  #tellWaiting(isNew: boolean): void {
    const { name, options } = this.config;
    const words = waitingWords(name, this.model, options.restart.retries);
    if (words !== null) this.session.calls.tellWaiting(words, isNew);
  }

  #onChange(before: Model, after: Model): void {
    if (before.state.name === after.state.name) return;
    this.statistics.moved(before, after);
    if (before.state.name === 'starting') this.#context.admission.release(this.#ticket);
    if (after.state.name === 'ready') this.monitor.ready(after.incarnation);
    if (before.state.name === 'ready') this.monitor.down(after.incarnation);
    this.#rest.moved(after);
    this.#events.moved(before, after, this.#life, this.session);
    this.monitor.reconsider();
    this.#tellWaiting(false);
    this.#context.onState();
    this.#settling.moved(after.state);
  }
}
