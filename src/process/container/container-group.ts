import type { Exit } from '../../platform/child.ts';
import type { ContainerLevel, LimitName, ProcessGroup } from '../../platform/process-group.ts';
import type { Usage } from '../../platform/usage.ts';
import type { Clock } from '../clock.ts';
import { type Answer, callEngine, callEngineNow, isAbsent, isObeyed } from './engine.ts';
import { hostPid } from './host-pid.ts';
import { type KeptContainer, LIFE_LABEL, readCid } from './kept-container.ts';

export interface ContainedLife {
  readonly kept: KeptContainer;
  /** Of the engine's program that we have started. */
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly clock: Clock;
  /** Hears what the engine refuses, for people. */
  readonly onNotice: (text: string) => void;
}

/** What the engine gives a container between asking and insisting; the ladder above has a patience of its own. */
const STOP_SECONDS = '2';
/** After so many kills without effect the container is removed by force. */
const KILLS = 3;
/** What `docker run` ends with when it has not run anything. */
const ENGINE_FAILED = 125;

/**
 * The processes of `docker run` here, and its container, which is a child of the engine and ends only when that is told so. As long as
 * the program runs it stands for its container; then the engine is asked.
 */
export class ContainerGroup implements ProcessGroup {
  readonly kind = 'container';
  readonly level: ContainerLevel;
  readonly why: string | null;
  readonly killMs = 10_000;
  /** Of the program here alone, as `usage` is: the engine keeps the accounts of its containers. */
  readonly holds: readonly LimitName[];
  readonly #inner: ProcessGroup;
  readonly #of: ContainedLife;
  readonly #told = new Set<string>();
  #id: string | null = null;
  /** We have ended the program, perhaps before it could tell the id. */
  #hasInterfered = false;
  #isOver = false;
  #stopping: Promise<void> | null = null;
  #killing: Promise<void> | null = null;
  #kills = 0;
  #looking: Promise<number[]> | null = null;

  constructor(inner: ProcessGroup, of: ContainedLife) {
    this.#inner = inner;
    this.#of = of;
    this.level = inner.level;
    this.why = inner.why;
    this.holds = inner.holds;
  }

  /** The program then ends with its container. The engine's answer comes after the end, and is not waited for. */
  async terminate(): Promise<void> {
    this.#hasInterfered = true;
    const id = this.#known();
    // While it still pulls or creates there is only the program to ask.
    if (id === null) return this.#inner.terminate();
    this.#stopping ??= this.#order('stop', '-t', STOP_SECONDS, id).then(() => {
      this.#stopping = null;
    });
  }

  async kill(): Promise<void> {
    this.#hasInterfered = true;
    await this.#inner.kill();
    const id = this.#known();
    if (id === null || this.#isOver) return;
    this.#killing ??= this.#order(...(this.#kills++ < KILLS ? ['kill', id] : ['rm', '-f', id])).then(() => {
      this.#killing = null;
    });
  }

  async members(): Promise<number[]> {
    const members = await this.#inner.members();
    if (members.length > 0 || this.#isOver) return members;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  usage(): Promise<Usage | null> {
    return this.#inner.usage();
  }

  overrun(): Promise<LimitName | null> {
    return this.#inner.overrun();
  }

  signalNow(what: 'terminate' | 'kill'): void {
    // The program passes it on.
    this.#inner.signalNow(what);
    const id = this.#known();
    if (what === 'kill' && id !== null && !this.#isOver) callEngineNow(this.#of.kept.engine, ['kill', id]);
  }

  [Symbol.dispose](): void {
    this.#inner[Symbol.dispose]();
  }

  #known(): string | null {
    this.#id ??= readCid(this.#of.kept.cidFile);
    return this.#id;
  }

  /** After the end of the program. @throws Error where the engine cannot tell */
  async #look(): Promise<number[]> {
    const id = this.#known() ?? (await this.#findByLabel());
    this.#id = id;
    if (id === null) return this.#over();
    const answer = await this.#ask('container', 'inspect', '-f', '{{.State.Status}} {{.State.Pid}}', id);
    if (isAbsent(answer)) return this.#over();
    if (!answer.isDone) throw this.#failure(answer);
    const [status, pid] = answer.text.split(' ');
    if (status === 'restarting' || Number(pid) > 0) return [(await hostPid(Number(pid), id)) ?? this.#of.pid];
    // Made by a program that was then ended: nothing of it has run, and nobody else will remove it.
    if (status === 'created' && this.#hasInterfered) await this.#order('rm', '-f', id);
    return this.#over();
  }

  async #findByLabel(): Promise<string | null> {
    const { code, signal } = await this.#of.exited;
    const wasFree = !this.#hasInterfered && signal === null;
    // The program tells the id before it starts anything.
    if (wasFree && this.#of.kept.cidFile !== null) return null;
    const label = `label=${LIFE_LABEL}=${this.#of.kept.life}`;
    const answer = await this.#ask('ps', '-aq', '--no-trunc', '--filter', label);
    if (answer.isDone) return answer.text.split('\n', 1)[0] || null;
    // The engine that cannot be asked now could not be reached then.
    if (wasFree && code === ENGINE_FAILED) return null;
    throw this.#failure(answer);
  }

  #over(): number[] {
    this.#isOver = true;
    return [];
  }

  async #order(...args: string[]): Promise<void> {
    const answer = await this.#ask(...args);
    if (isObeyed(answer)) return;
    const text = this.#failure(answer).message;
    if (!this.#told.has(text)) this.#of.onNotice(text);
    this.#told.add(text);
  }

  #ask(...args: string[]): Promise<Answer> {
    return callEngine(this.#of.kept.engine, args, this.#of.clock);
  }

  #failure({ text }: Answer): Error {
    return new Error(`the engine of its container did not do as told: ${text.split('\n', 1)[0]}`);
  }
}
