import { type ChildProcess, spawn } from 'node:child_process';
import { COOKIE } from '../cookie.ts';
import { os } from '../platform.ts';
import { containerWords, type WardContainer } from './container-words.ts';
import { GUARDIAN } from './guardian-script.ts';

/** One life whose processes must not outlive us. */
export interface Ward {
  readonly pid: number;
  /** As `ProcessEntry.startedAt`. */
  readonly startedAt: string;
  /** Of its cgroup; null where it has none. */
  readonly folder: string | null;
  /** What its process only stands for. */
  readonly container?: WardContainer | undefined;
}

/** The system's own tools first: a PATH may lead anywhere. */
const PATH = '/usr/bin:/bin:/usr/sbin:/sbin';
/** A shell is up within milliseconds; on a machine that does much else it may take seconds. */
const START_MS = 10_000;

/**
 * A shell beside us, in a session of its own, which ends the processes of our servers once we are gone, however that came. It hears of
 * them through a pipe that nobody else has: its end is our end.
 */
export class Guardian {
  readonly pid: number;
  /** Settles when it has ended. */
  readonly ended: Promise<void>;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, pid: number) {
    this.pid = pid;
    this.#process = child;
    this.ended = new Promise(resolve => child.once('exit', () => resolve()));
    // What it cannot be told any more its exit tells.
    child.stdin?.on('error', () => {});
    child.unref();
    (child.stdin as unknown as { unref(): void }).unref();
  }

  /** `mark` is what the cookies of all our servers have in common. @throws Error of the system */
  static async start(
    mark: string,
    { shell = '/bin/sh', look = os === 'linux' ? 'proc' : 'ps', path = PATH, startMs = START_MS } = {},
  ): Promise<Guardian> {
    // It ends whatever has this in its environment: a short text would be in many.
    if (!/^[\da-f-]{36}$/.test(mark)) throw new TypeError(`no mark of a manager: ${mark}`);
    const outer = process.env[COOKIE];
    const child: ChildProcess = spawn(shell, ['-c', GUARDIAN, 'holdfast-guardian', mark, look], {
      // Away from the signals of our terminal; and no folder stays in use for it.
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'ignore'],
      // A manager inside a server of another manager is that one's to end, and so is its guardian.
      env: { PATH: path, ...(outer === undefined ? {} : { [COOKIE]: outer }) },
    });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`${shell} had not begun after ${startMs / 1_000} s`));
      }, startMs);
      const settle = (run: () => void) => {
        clearTimeout(timer);
        run();
      };
      child.once('error', error => settle(() => reject(error)));
      child.once('exit', code => settle(() => reject(new Error(`${shell} ended with ${code}`))));
      // No streams are there where no file descriptors are left.
      child.stdout?.once('data', () => settle(resolve));
    }).finally(() => child.stdout?.destroy());
    if (child.pid === undefined) throw new TypeError('a spawned process has a pid');
    return new Guardian(child, child.pid);
  }

  /** Resolves once it cannot be lost any more: what is in the pipe is read even when we have gone. */
  add({ pid, startedAt, folder, container }: Ward): Promise<void> {
    const words = container === undefined ? null : containerWords(container);
    if (words !== null) void this.#tell(`* ${pid} ${words}`);
    return this.#tell(`+ ${pid} ${startedAt.trim().replace(/ +/g, '_')} ${folder ?? '-'}`);
  }

  /** Its processes are gone, and its number may be given to others. */
  remove(pid: number): void {
    void this.#tell(`- ${pid}`);
  }

  /** It ends: at once where all is done (`isDone`), else after it has ended what it knows of. */
  end(isDone: boolean): void {
    if (isDone) void this.#tell('end');
    this.#process.stdin?.end();
  }

  /** Where it has nothing to do any more and does not go: somebody has stopped it, say. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #tell(line: string): Promise<void> {
    return new Promise(resolve => {
      // A guardian that has been killed is replaced, and its successor told all of it.
      this.#process.stdin?.write(`${line}\n`, () => resolve());
    });
  }
}
