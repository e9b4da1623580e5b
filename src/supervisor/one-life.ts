import type { ServerConfig } from '../config/types.ts';
import { classifyExit, classifySpawnError } from '../errors/classify.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { redactSecrets } from '../errors/redact.ts';
import type { Event, Evidence } from '../lifecycle/state.ts';
import type { Clock } from '../process/clock.ts';
import { type Exit, type Life, launch } from '../process/launch.ts';
import type { LaunchPlan } from '../process/launch-plan.ts';
import { shutDown } from '../process/shutdown.ts';
import { UsageSampler } from '../process/usage.ts';
import { firstOf } from '../process/wait.ts';
import type { Item } from '../session/catalogue.ts';
import type { Session } from '../session/session.ts';
import type { Upstream } from '../session/upstream.ts';

/** Gives what takes lines out of a life's stderr that are no words of the server's own; null where nothing does. */
export type TakerOf = (
  life: { readonly server: string; readonly instance: number; readonly incarnation: number; readonly pid: number },
  redact: (text: string) => string,
) => ((line: string) => boolean) | null;

export interface OneLifeSetup {
  readonly config: ServerConfig;
  readonly incarnation: number;
  readonly session: Session;
  readonly clock: Clock;
  readonly resolve: (config: ServerConfig) => Promise<LaunchPlan>;
  readonly post: (event: Event) => void;
  readonly takerOf: (pid: number, redact: (text: string) => string) => ReturnType<TakerOf>;
  readonly onPlan: (plan: LaunchPlan) => void;
  readonly onOutput: (stream: 'stderr' | 'stdout', lines: readonly string[]) => void;
  readonly onExit: (exit: Exit) => void;
  readonly onNotice: (text: string) => void;
  readonly onTools: (items: readonly Item[]) => void;
  readonly isReady: () => boolean;
}

/** A list that is empty where it was not before is read once more after this time. */
const SECOND_LOOK_MS = 1_000;

/** One incarnation: carries out what the reducer asks for, and posts what came of it under the incarnation's number. */
export class OneLife {
  readonly #setup: OneLifeSetup;
  readonly #hasten = new AbortController();
  /** What the server was given to keep is hidden where its words come in, so that no way out can forget it. */
  readonly #redact: (text: string) => string;
  #plan: LaunchPlan | null = null;
  #life: Life | null = null;
  #upstream: Upstream | null = null;
  #usage: UsageSampler | null = null;
  #spawning: Promise<unknown> = Promise.resolve();
  #isGivenUp = false;

  constructor(setup: OneLifeSetup) {
    this.#setup = setup;
    this.#redact = redactSecrets(Object.values(setup.config.env));
  }

  get plan(): LaunchPlan | null {
    return this.#plan;
  }

  get process(): Life | null {
    return this.#life;
  }

  get upstream(): Upstream | null {
    return this.#upstream;
  }

  get usage(): UsageSampler | null {
    return this.#usage;
  }

  /** What it said of itself at the start. */
  get facts(): { readonly tools: number; readonly protocolVersion: string | null } {
    const { session } = this.#setup;
    return {
      tools: session.catalogue.list('tools')?.length ?? 0,
      protocolVersion: session.handshake?.protocolVersion ?? null,
    };
  }

  /** What its last words were, for errors that have another cause than its exit. */
  evidence(): Evidence {
    const firstNoise = this.#life?.noise.first() ?? null;
    return {
      stderrTail: (this.#life?.stderr.lines() ?? []).map(this.#redact),
      firstNoise: firstNoise === null ? null : this.#redact(firstNoise),
    };
  }

  async launch(): Promise<void> {
    const { config, incarnation, post } = this.#setup;
    await this.#orDown(async () => {
      if (config.problem !== undefined) {
        throw new HoldfastError('PROCESS_VARIABLE_MISSING', {
          server: config.name,
          details: { problem: config.problem },
        });
      }
      const plan = await this.#setup.resolve(config);
      // A stop may have come while we looked for the command: then nothing must be started.
      if (this.#isGivenUp) return;
      this.#plan = plan;
      this.#setup.onPlan(plan);
      post({ type: 'resolved', incarnation, mayDownload: plan.mayDownload });
      const spawning = this.#spawn(plan);
      // For `clean` to wait for; how it failed is told just below.
      this.#spawning = spawning.catch(() => {});
      await spawning;
      post({ type: 'spawned', incarnation });
    });
  }

  async initialize(): Promise<void> {
    const { incarnation, session, post } = this.#setup;
    await this.#orDown(async () => {
      await session.shakeHands(this.#connected());
      post({ type: 'initialized', incarnation });
    });
  }

  async list(): Promise<void> {
    const { incarnation, session, clock, post, onTools } = this.#setup;
    await this.#orDown(async () => {
      const onPage = () => post({ type: 'paged', incarnation });
      let items = await session.fetch(this.#connected(), 'tools', onPage);
      if (items.length === 0 && (session.catalogue.list('tools')?.length ?? 0) > 0) {
        await firstOf(clock, SECOND_LOOK_MS);
        onPage();
        items = await session.fetch(this.#connected(), 'tools', onPage);
      }
      onTools(items);
      post({ type: 'listed', incarnation });
    });
  }

  /** Ends the process and all that it started. Posts `cleaned` in every case: a stop that hangs would be worse than a survivor. */
  async clean(isGentle: boolean, knownSurvivors: readonly number[]): Promise<void> {
    const { config, incarnation, clock, post, onNotice } = this.#setup;
    this.#isGivenUp = true;
    await this.#spawning;
    let survivors: readonly number[] = knownSurvivors;
    try {
      if (this.#life !== null) {
        const { drainMs, graceMs } = config.options.stop;
        const options = { drainMs: isGentle ? drainMs : 0, graceMs, clock, hasten: this.#hasten.signal };
        const report = await shutDown(this.#life, options);
        survivors = report.survivors;
        if (report.trouble !== null) onNotice(`its processes could not be looked for: ${String(report.trouble)}`);
      } else survivors = [];
    } finally {
      // Whose processes are gone uses nothing; to look for them costs a reading of the whole process table.
      this.#usage = null;
      post({ type: 'cleaned', incarnation, survivors });
    }
  }

  /** Skips what patience is left in `clean`. */
  hasten(): void {
    this.#hasten.abort();
  }

  async #spawn(plan: LaunchPlan): Promise<void> {
    const { config, clock, session, onOutput, onNotice } = this.#setup;
    const { maxMessageBytes, maxQueue, priority } = config.options;
    const life = await launch(
      plan,
      { server: config.name, priority, maxMessageBytes, maxQueue, clock },
      {
        // Without a conversation nobody wants to hear it: it has been given up.
        onLine: bytes => this.#upstream?.receive(bytes) ?? true,
        onOversize: line => {
          if (this.#upstream !== null) session.onOversize(line, this.#upstream);
        },
        onOutput: (stream, lines) => onOutput(stream, lines.map(this.#redact)),
        onNotice,
        onLost: cause => this.#down(cause.with({ stderrTail: this.evidence().stderrTail })),
        onExit: exit => this.#onExit(exit),
      },
    );
    this.#life = life;
    const taker = this.#setup.takerOf(life.pid, this.#redact);
    if (taker !== null) life.stderr.divert = taker;
    // A stop that came during the spawn has closed the session already; `clean` waits for us, and ends the process.
    if (this.#isGivenUp) return;
    this.#upstream = session.connect(life.stdin);
    this.#usage = new UsageSampler(life.group, clock);
    const { level, why } = life.group;
    if (why !== null) onNotice(`its processes are held together at level "${level}": ${why}`);
  }

  #onExit(exit: Exit): void {
    const { config, isReady } = this.#setup;
    const { stderrTail, firstNoise } = this.evidence();
    const phase = isReady() ? 'ready' : 'starting';
    this.#setup.onExit(exit);
    const withheld = this.#plan?.withheld ?? [];
    const { command } = config;
    this.#down(classifyExit({ ...exit, stderrTail, phase, firstNoise, withheld, command }, config.name));
  }

  #connected(): Upstream {
    if (this.#upstream === null) throw new TypeError('the process has not been started');
    return this.#upstream;
  }

  #down(fault: HoldfastError): void {
    this.#setup.post({ type: 'down', incarnation: this.#setup.incarnation, fault });
  }

  /** Whatever goes wrong in a step of a start ends that start. */
  async #orDown(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const { config } = this.#setup;
      const cause = error instanceof HoldfastError ? error : unforeseen(error, config);
      const { stderrTail } = this.evidence();
      this.#down(
        cause.with({ server: config.name, stderrTail: cause.stderrTail.length > 0 ? cause.stderrTail : stderrTail }),
      );
    }
  }
}

/** The system's own refusals have a code; their words may name paths. Anything else is a mistake of ours. */
function unforeseen(error: unknown, { name, command, cwd }: ServerConfig): HoldfastError {
  return error instanceof Error && 'syscall' in error
    ? classifySpawnError(error as NodeJS.ErrnoException, { server: name, command, cwd })
    : new HoldfastError('PROCESS_INTERNAL', { details: { reason: String(error) }, cause: error });
}
