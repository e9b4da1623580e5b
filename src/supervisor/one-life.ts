import { secretsOf } from '../config/secrets.ts';
import type { ProcessServer } from '../config/types.ts';
import { classifyExit, classifySpawnError } from '../errors/classify.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { redactSecrets } from '../errors/redact.ts';
import { LimitWatch } from '../health/limit-watch.ts';
import { type Excess, limitFault } from '../health/limits.ts';
import type { Evidence } from '../lifecycle/state.ts';
import type { Keeper } from '../process/keeper.ts';
import { type Exit, type Life, launch } from '../process/launch.ts';
import type { LaunchPlan } from '../process/launch-plan.ts';
import { shutDown } from '../process/shutdown.ts';
import { UsageSampler } from '../process/usage.ts';
import type { Upstream } from '../session/upstream.ts';
import type { InstanceLife, LifeSetup } from './life.ts';
import { overrunOf } from './overrun.ts';
import { StartSteps } from './start-steps.ts';
import { variableFault } from './variable-fault.ts';

/** Gives what takes lines out of a life's stderr that are no words of the server's own; null where nothing does. */
export type TakerOf = (
  life: { readonly server: string; readonly instance: number; readonly incarnation: number; readonly pid: number },
  redact: (text: string) => string,
) => ((line: string) => boolean) | null;

export interface OneLifeSetup extends LifeSetup<ProcessServer> {
  readonly resolve: (config: ProcessServer) => Promise<LaunchPlan>;
  readonly keeper: Pick<Keeper, 'expect'>;
  readonly takerOf: (pid: number, redact: (text: string) => string) => ReturnType<TakerOf>;
  readonly onOutput: (stream: 'stderr' | 'stdout', lines: readonly string[]) => void;
  readonly onExit: (exit: Exit) => void;
  /** The limits of its configuration that it is near to have changed. */
  readonly onNear: (near: readonly Excess[]) => void;
  readonly isReady: () => boolean;
}

/** One incarnation of a server that runs here: one process, and all that it starts. */
export class OneLife implements InstanceLife {
  readonly #setup: OneLifeSetup;
  readonly #steps: StartSteps;
  readonly #hasten = new AbortController();
  /** What the server was given to keep is hidden where its words come in, so that no way out can forget it. */
  readonly #redact: (text: string) => string;
  #plan: LaunchPlan | null = null;
  #life: Life | null = null;
  #upstream: Upstream | null = null;
  #usage: UsageSampler | null = null;
  #limitWatch: LimitWatch | null = null;
  #spawning: Promise<unknown> = Promise.resolve();
  #isGivenUp = false;

  constructor(setup: OneLifeSetup) {
    this.#setup = setup;
    this.#redact = redactSecrets(secretsOf(setup.config));
    this.#steps = new StartSteps(setup, {
      connected: () => {
        if (this.#upstream === null) throw new TypeError('the process has not been started');
        return this.#upstream;
      },
      unforeseen: error => unforeseen(error, setup.config),
      stderrTail: () => this.evidence().stderrTail,
    });
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

  evidence(): Evidence {
    const firstNoise = this.#life?.noise.first() ?? null;
    return {
      stderrTail: (this.#life?.stderr.lines() ?? []).map(this.#redact),
      firstNoise: firstNoise === null ? null : this.#redact(firstNoise),
    };
  }

  condemned(fault: HoldfastError): HoldfastError {
    return this.#ownWords(fault);
  }

  async launch(): Promise<void> {
    const { config, incarnation, post } = this.#setup;
    await this.#steps.orDown(async () => {
      if (config.problem !== undefined) throw variableFault(config, config.problem);
      const plan = await this.#setup.resolve(config);
      // A stop may have come while we looked for the command: then nothing must be started.
      if (this.#isGivenUp) return;
      this.#plan = plan;
      post({ type: 'resolved', incarnation, mayDownload: plan.mayDownload });
      const spawning = this.#spawn(plan);
      // For `clean` to wait for; how it failed is told just below.
      this.#spawning = spawning.catch(() => {});
      await spawning;
      post({ type: 'spawned', incarnation });
    });
  }

  initialize(): Promise<void> {
    return this.#steps.initialize();
  }

  list(): Promise<void> {
    return this.#steps.list();
  }

  async clean(isGentle: boolean, knownSurvivors: readonly number[]): Promise<void> {
    const { config, incarnation, clock, post, onNotice } = this.#setup;
    this.#isGivenUp = true;
    this.#limitWatch?.stop();
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

  hasten(): void {
    this.#hasten.abort();
  }

  async #spawn(plan: LaunchPlan): Promise<void> {
    const { config, clock, keeper, session, onOutput, onNotice, onNear } = this.#setup;
    const { maxMessageBytes, maxQueue, priority, limits } = config.options;
    const life = await launch(
      plan,
      { server: config.name, priority, limits, maxMessageBytes, maxQueue, clock, keeper },
      {
        // Without a conversation nobody wants to hear it: it has been given up.
        onLine: bytes => this.#upstream?.receive(bytes) ?? true,
        onOversize: line => {
          if (this.#upstream !== null) session.onOversize(line, this.#upstream);
        },
        onOutput: (stream, lines) => onOutput(stream, lines.map(this.#redact)),
        onPlan: whole => this.#onPlan(whole),
        onNotice,
        onLost: cause => this.#steps.down(cause.with({ stderrTail: this.evidence().stderrTail })),
        onExit: exit => void this.#onExit(exit),
      },
    );
    this.#life = life;
    const taker = this.#setup.takerOf(life.pid, this.#redact);
    if (taker !== null) life.stderr.divert = taker;
    // A stop that came during the spawn has closed the session already; `clean` waits for us, and ends the process.
    if (this.#isGivenUp) return;
    this.#upstream = session.connect(life.stdin);
    const usage = new UsageSampler(life.group, clock);
    this.#usage = usage;
    const { level, why, holds } = life.group;
    this.#limitWatch = new LimitWatch({
      limits,
      holds,
      usage,
      clock,
      onOver: ({ name, used }) => this.#steps.down(this.#ownWords(limitFault(name, used, limits))),
      onNear,
      onNotice,
    });
    // Elsewhere a weaker level still finds all that did not go far to hide; `status` tells why.
    if (why !== null && level === 'partial') onNotice(`its processes are held together at level "${level}": ${why}`);
  }

  #onPlan(plan: LaunchPlan): void {
    const { onStart, onNotice } = this.#setup;
    this.#plan = plan;
    onStart({ command: [plan.file, ...plan.args], launch: plan.launch, url: null });
    for (const note of plan.notes ?? []) onNotice(note);
  }

  async #onExit(exit: Exit): Promise<void> {
    const { config, isReady, onNotice } = this.#setup;
    const { stderrTail, firstNoise } = this.evidence();
    const phase = isReady() ? 'ready' : 'starting';
    this.#setup.onExit(exit);
    const group = this.#life?.group;
    // Nothing is waited for where there is nothing to know: whoever asks next shall hear of the exit.
    const overrun =
      group === undefined || group.holds.length === 0 ? null : await overrunOf(group, config.options.limits, onNotice);
    if (overrun !== null) return this.#steps.down(overrun.with({ server: config.name, stderrTail }));
    const withheld = this.#plan?.withheld ?? [];
    const { command } = config;
    this.#steps.down(classifyExit({ ...exit, stderrTail, phase, firstNoise, withheld, command }, config.name));
  }

  #ownWords(fault: HoldfastError): HoldfastError {
    return fault.with({ server: this.#setup.config.name, stderrTail: this.evidence().stderrTail });
  }
}

/** The system's own refusals have a code; their words may name paths. Anything else is a mistake of ours. */
function unforeseen(error: unknown, { name, command, cwd }: ProcessServer): HoldfastError {
  return error instanceof Error && 'syscall' in error
    ? classifySpawnError(error as NodeJS.ErrnoException, { server: name, command, cwd })
    : new HoldfastError('PROCESS_INTERNAL', { details: { reason: String(error) }, cause: error });
}
