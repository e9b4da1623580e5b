import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import { firstOf } from '../wait.ts';

/** How docker or podman is called. */
export interface Engine {
  /** Absolute path of the program. */
  readonly file: string;
  /** What stands before every command: which engine, and where. */
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface Answer {
  readonly isDone: boolean;
  /** What it wrote: to stdout where it is done, else why it is not. */
  readonly text: string;
}

/** An engine that is busy may take seconds; one that does not answer for so long is not waited for. */
const CALL_MS = 10_000;

/** Calls it and waits for the answer, without a shell and out of reach of our terminal's signals. */
export async function callEngine(engine: Engine, args: readonly string[], clock: Clock): Promise<Answer> {
  const child = spawn(engine.file, [...engine.options, ...args], {
    env: { ...engine.env },
    // The folder only matters to relative paths among the options.
    ...(existsSync(engine.cwd) ? { cwd: engine.cwd } : {}),
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let answer: Answer | null = null;
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said.err += chunk;
  });
  const ended = new Promise<void>(resolve => {
    child.once('error', error => {
      answer = { isDone: false, text: error.message };
      resolve();
    });
    child.once('close', code => {
      answer ??=
        code === 0
          ? { isDone: true, text: said.out.trim() }
          : { isDone: false, text: said.err.trim() || `it ended with ${code}` };
      resolve();
    });
  });
  await firstOf(clock, CALL_MS, ended);
  if (answer !== null) return answer;
  child.kill('SIGKILL');
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  return { isDone: false, text: `it did not answer within ${CALL_MS / 1_000} s` };
}

/** Calls it for a process that is about to end: nobody will hear the answer. */
export function callEngineNow(engine: Engine, args: readonly string[]): void {
  const { file, options, env } = engine;
  const cwd = existsSync(engine.cwd) ? { cwd: engine.cwd } : {};
  const child = spawn(file, [...options, ...args], { env, ...cwd, detached: true, windowsHide: true, stdio: 'ignore' });
  // Without a listener a program that is not there any more would be an error of ours.
  child.on('error', () => {});
  child.unref();
}

/** Whether the answer is that there is no such container: what a question about one that has been removed gets. */
export const isAbsent = ({ isDone, text }: Answer): boolean => !isDone && /no such (?:container|object)/i.test(text);

/** Whether an order to end or remove a container came to what it was for, also where the container was quicker. */
export const isObeyed = (answer: Answer): boolean =>
  answer.isDone || isAbsent(answer) || /is not running|state improper|already in progress/i.test(answer.text);

/** What both programs find their engine by. What else is in a server's environment is not theirs, and may be secret. */
const NAMES =
  /^(?:DOCKER_(?:HOST|CONTEXT|CONFIG|CERT_PATH|TLS|TLS_VERIFY|API_VERSION)|CONTAINER_(?:HOST|CONNECTION|SSHKEY)|CONTAINERS_\w*CONF|XDG_\w+|HOME|PATH|TMPDIR|SSH_AUTH_SOCK|USER|LOGNAME)$/;
/** What a program of Windows needs to run at all. */
const WINDOWS_NAMES =
  /^(?:SYSTEMROOT|WINDIR|SYSTEMDRIVE|USERPROFILE|(?:LOCAL)?APPDATA|PROGRAM(?:DATA|FILES(?:\(X86\))?)|HOMEDRIVE|HOMEPATH|TE?MP|COMSPEC|PATHEXT|PATH)$/i;

/** The part of a server's environment by which its engine is found. */
export function engineEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => NAMES.test(name) || WINDOWS_NAMES.test(name)));
}
