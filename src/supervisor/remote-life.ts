import type { Agent } from 'node:http';
import type { RemoteServer } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Evidence } from '../lifecycle/state.ts';
import { HttpClient } from '../session/http-client.ts';
import { connectionLost } from '../session/http-errors.ts';
import type { HttpListener } from '../session/http-listener.ts';
import type { Upstream } from '../session/upstream.ts';
import type { InstanceLife, LifeSetup } from './life.ts';
import { remoteTarget } from './remote-target.ts';
import { StartSteps } from './start-steps.ts';

/** Gives the sockets of one connection, which then owns them. */
export type AgentFor = (url: URL) => Agent;

export interface RemoteLifeSetup extends LifeSetup<RemoteServer> {
  readonly agentFor: AgentFor;
}

/** The end of a session is told to the server, but not for long: nothing depends on it. */
const GOODBYE_MS = 1_000;

/** One incarnation of a remote server: one session, over HTTP. There is no process, and nothing that could survive. */
export class RemoteLife implements InstanceLife {
  readonly plan = null;
  readonly process = null;
  readonly usage = null;
  readonly #setup: RemoteLifeSetup;
  readonly #steps: StartSteps;
  #client: HttpClient | null = null;
  #upstream: Upstream | null = null;
  /** Calls that will not be answered, while it is not known whether the session is still there. */
  readonly #broken = new Map<string, HoldfastError>();
  #isInDoubt = false;
  /** It is known what the server speaks; what it is asked from then on it must be able to answer. */
  #isIntroduced = false;

  constructor(setup: RemoteLifeSetup) {
    this.#setup = setup;
    this.#steps = new StartSteps(setup, {
      connected: () => {
        if (this.#upstream === null) throw new TypeError('the connection has not been made');
        return this.#upstream;
      },
      unforeseen: error => new HoldfastError('PROCESS_INTERNAL', { details: { reason: String(error) }, cause: error }),
      stderrTail: () => [],
    });
  }

  get upstream(): Upstream | null {
    return this.#upstream;
  }

  evidence(): Evidence {
    return {
      stderrTail: [],
      firstNoise: null,
      hint: 'it takes the connection and then says nothing: check "url"; "startup.initializeMs" sets the time',
    };
  }

  condemned(fault: HoldfastError): HoldfastError {
    const { silentMs } = fault.details;
    return fault.category === 'process' ? connectionLost(`it has been silent for ${silentMs} ms`, fault) : fault;
  }

  /** Nothing is sent yet: the first message will show whether anybody is there. */
  launch(): Promise<void> {
    const { config, incarnation, session, clock, post, onStart, agentFor } = this.#setup;
    return this.#steps.orDown(async () => {
      const url = remoteTarget(config);
      const { maxMessageBytes, maxQueue } = config.options;
      const setup = { url, headers: config.headers, agent: agentFor(url), clock, maxMessageBytes, maxQueue };
      this.#client = new HttpClient(setup, this.#listener());
      this.#upstream = session.connect(this.#client);
      onStart({ command: [], launch: 'remote', url: config.shown });
      post({ type: 'resolved', incarnation, mayDownload: false });
      post({ type: 'spawned', incarnation });
    });
  }

  async initialize(): Promise<void> {
    await this.#steps.initialize();
    this.#isIntroduced = true;
    void this.#client?.listen();
  }

  list(): Promise<void> {
    return this.#steps.list();
  }

  async clean(isGentle: boolean): Promise<void> {
    const { config, incarnation, post } = this.#setup;
    try {
      await this.#client?.close(isGentle ? Math.min(config.options.stop.drainMs, GOODBYE_MS) : 0);
    } finally {
      post({ type: 'cleaned', incarnation, survivors: [] });
    }
  }

  hasten(): void {
    void this.#client?.close(0);
  }

  #listener(): HttpListener {
    const { config, session, onNotice } = this.#setup;
    const server = config.name;
    return {
      onMessage: envelope => this.#upstream?.take(envelope),
      onOversize: message => {
        if (this.#upstream !== null) session.onOversize(message, this.#upstream);
      },
      onNoise: why => onNotice(`dropped a message: ${why}`),
      onFailed: ({ key, method }, error) => {
        // Whoever cannot even answer that will not serve a call. A stateless server is asked what it is instead of a ping.
        const isProbe = method === 'ping' || (method === 'server/discover' && this.#isIntroduced);
        if (isProbe) this.#steps.down(error.with({ server }));
        else if (key !== null) this.#upstream?.spoil(key, error);
        else onNotice(`${method ?? 'an answer'} was not taken: ${error.message}`);
      },
      onBroken: ({ key, method }, error) => {
        // Its own start, or what would tell whether it lives.
        if (method === 'initialize' || method === 'ping' || method === 'server/discover')
          return this.#steps.down(error.with({ server }));
        this.#doubt(key, error);
      },
      onLost: error => this.#steps.down(error.with({ server })),
    };
  }

  /** One connection broke: a ping shows whether the session has gone with it, and every call; else that one call is told. */
  #doubt(key: string | null, error: HoldfastError): void {
    if (key !== null) this.#broken.set(key, error);
    const upstream = this.#upstream;
    if (upstream === null || this.#isInDoubt) return;
    this.#isInDoubt = true;
    const { config, clock } = this.#setup;
    const lost = error.with({ server: config.name });
    const timer = clock.setTimer(config.options.health.pingMs, () => this.#steps.down(lost));
    const known = () => {
      timer.cancel();
      this.#isInDoubt = false;
      const broken = [...this.#broken];
      this.#broken.clear();
      // Where it went down meanwhile, nobody waits any more.
      for (const [one, why] of broken) upstream.spoil(one, why, true);
    };
    void upstream.ask('ping').then(known, known);
  }
}
