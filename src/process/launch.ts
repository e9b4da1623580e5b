import { existsSync } from 'node:fs';
import type { Priority } from '../config/types.ts';
import { classifySpawnError } from '../errors/classify.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { endAtExit } from '../platform/at-exit.ts';
import type { Child, Exit } from '../platform/child.ts';
import { containment } from '../platform/containment.ts';
import type { GroupLimits, ProcessGroup } from '../platform/process-group.ts';
import type { Clock } from './clock.ts';
import { ContainerGroup } from './container/container-group.ts';
import { clearCid, markContainer } from './container/kept-container.ts';
import { LineFramer, type OversizeLine } from './framing.ts';
import type { Birth, Keeper } from './keeper.ts';
import type { LaunchPlan } from './launch-plan.ts';
import { OutputTail } from './output.ts';
import type { Stoppable } from './shutdown.ts';
import { StdinQueue } from './stdin-queue.ts';
import { firstOf } from './wait.ts';

export type { Exit } from '../platform/child.ts';

export interface LifeListener {
  /** One line of stdout. False when it was no message: it is then kept as noise. */
  onLine(bytes: Buffer): boolean;
  /** A line over the limit was skipped. */
  onOversize(line: OversizeLine): void;
  /** Complete lines of stderr or stray lines of stdout, cleaned. */
  onOutput(stream: 'stderr' | 'stdout', lines: readonly string[]): void;
  /** The connection broke while the process lives on. Not after `onExit`. */
  onLost(cause: HoldfastError): void;
  /** What is about to be started, with the marks of this life. */
  onPlan(plan: LaunchPlan): void;
  /** What the system refused although the process runs, for people. */
  onNotice(text: string): void;
  /** The process has exited and its last output has been read. Once. */
  onExit(exit: Exit): void;
}

export interface LaunchOptions {
  readonly server: string;
  readonly priority: Priority;
  /** For the system to hold, where it can. */
  readonly limits?: GroupLimits | undefined;
  readonly maxMessageBytes: number;
  readonly maxQueue: number;
  readonly clock: Clock;
  readonly keeper: Pick<Keeper, 'expect'>;
}

/** One life of one process. */
export interface Life extends Stoppable {
  readonly pid: number;
  readonly group: ProcessGroup;
  readonly exited: Promise<Exit>;
  readonly stdin: StdinQueue;
  readonly stderr: OutputTail;
  /** What stood on stdout and was no message. */
  readonly noise: OutputTail;
}

/** A dead server's last words are waited for this long: a grandchild may hold its pipes for ever. */
const LAST_WORDS_MS = 250;

/**
 * Starts the process of a plan in a group of its own. Resolves once it runs; `listener` hears all that it says, from then on.
 *
 * @throws HoldfastError of category `process` or `resource` when it cannot be started; nothing is left then.
 */
export async function launch(wanted: LaunchPlan, options: LaunchOptions, listener: LifeListener): Promise<Life> {
  const birth = await options.keeper.expect(options.server, wanted);
  const plan = markContainer(wanted, birth.container);
  listener.onPlan(plan);
  let child: Child;
  try {
    if (birth.container !== null) clearCid(birth.container);
    child = await containment.start({
      file: plan.file,
      args: plan.args,
      env: plan.env,
      cwd: plan.cwd,
      verbatim: plan.verbatim ?? false,
      cookie: birth.cookie,
      priority: options.priority,
      limits: options.limits,
      onNotice: text => listener.onNotice(text),
      cgroups: birth.cgroups,
      onBorn: birth.born,
    });
  } catch (error) {
    birth.gone();
    throw classifySpawnError(error as NodeJS.ErrnoException, {
      server: options.server,
      command: plan.file,
      cwd: plan.cwd,
      cwdExists: existsSync(plan.cwd),
    });
  }
  return new ChildLife(child, birth, options, listener);
}

class ChildLife implements Life {
  readonly pid: number;
  readonly group: ProcessGroup;
  readonly exited: Promise<Exit>;
  readonly stdin: StdinQueue;
  readonly stderr = new OutputTail({});
  readonly noise = new OutputTail({});
  readonly #child: Child;
  readonly #birth: Birth;
  readonly #listener: LifeListener;
  readonly #options: LaunchOptions;
  readonly #callOff: () => void;
  #isOver = false;

  constructor(child: Child, birth: Birth, options: LaunchOptions, listener: LifeListener) {
    this.pid = child.pid;
    this.group = groupOf(child, birth, options, listener);
    this.exited = child.exited;
    this.#child = child;
    this.#birth = birth;
    this.#listener = listener;
    this.#options = options;
    this.#callOff = endAtExit(this.group);
    this.stdin = new StdinQueue(child.stdin, {
      maxMessages: options.maxQueue,
      maxLength: options.maxMessageBytes,
    });
    this.#read();
    void this.#awaitExit();
  }

  closeStdin(): void {
    this.stdin.close();
  }

  dispose(isGone: boolean): void {
    this.#isOver = true;
    this.#callOff();
    if (isGone) this.#birth.gone();
    const { stdin, stdout, stderr } = this.#child;
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
    this.group[Symbol.dispose]();
    this.#child.unref();
  }

  #read(): void {
    const { stdin, stdout, stderr } = this.#child;
    const framer = new LineFramer({
      maxBytes: this.#options.maxMessageBytes,
      onLine: bytes => {
        if (!this.#listener.onLine(bytes)) this.#output('stdout', this.noise.pushLine(bytes));
      },
      onOversize: info => this.#listener.onOversize(info),
    });
    stdout.on('data', (chunk: Buffer) => framer.push(chunk));
    stdout.once('end', () => {
      framer.end();
      this.#lose(
        new HoldfastError('CONNECTION_LOST', {
          server: this.#options.server,
          details: { why: 'it closed its stdout' },
        }),
      );
    });
    stderr.on('data', (chunk: Buffer) => this.#output('stderr', this.stderr.push(chunk)));
    stderr.once('end', () => this.#output('stderr', this.stderr.flush()));
    stdin.on('error', (error: NodeJS.ErrnoException) => {
      const details = { why: `writing to its stdin failed with ${error.code ?? error.message}` };
      this.#lose(new HoldfastError('CONNECTION_LOST', { server: this.#options.server, details, cause: error }));
    });
    // A failed read is followed by `end` or `close`; without a listener it would end the whole manager.
    stdout.on('error', error => stdout.destroy(error));
    stderr.on('error', error => stderr.destroy(error));
  }

  #output(stream: 'stderr' | 'stdout', lines: readonly string[]): void {
    if (lines.length > 0) this.#listener.onOutput(stream, lines);
  }

  /** A broken pipe mostly means that the process is about to exit; its exit says more, so that goes first. */
  #lose(cause: HoldfastError): void {
    void firstOf(this.#options.clock, LAST_WORDS_MS, this.exited).then(() => {
      if (this.#isOver || this.#child.hasExited()) return;
      this.#isOver = true;
      this.#listener.onLost(cause);
    });
  }

  async #awaitExit(): Promise<void> {
    const exit = await this.exited;
    // What comes from now on can only have reached nobody: it waits, and can be sent to the next life.
    this.stdin.close();
    // Answers written just before the end are still in the pipe.
    const drained = Promise.all([ended(this.#child.stdout), ended(this.#child.stderr)]);
    await firstOf(this.#options.clock, LAST_WORDS_MS, drained);
    this.#isOver = true;
    this.#listener.onExit(exit);
  }
}

function groupOf(child: Child, { container }: Birth, { clock }: LaunchOptions, listener: LifeListener): ProcessGroup {
  if (container === null) return child.group;
  const { pid, exited } = child;
  const onNotice = (text: string) => listener.onNotice(text);
  return new ContainerGroup(child.group, { kept: container, pid, exited, clock, onNotice });
}

function ended(
  stream: NodeJS.ReadableStream & { readonly readableEnded?: boolean; readonly destroyed?: boolean },
): Promise<void> {
  return new Promise(resolve => {
    if (stream.readableEnded === true || stream.destroyed === true) return resolve();
    stream.once('end', resolve);
    stream.once('close', resolve);
  });
}
