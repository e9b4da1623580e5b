import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
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

/** What is said beyond that is no answer of an engine to us. */
const MAX_TEXT = 1_000_000;

/** Calls it and waits for the answer, without a shell and out of reach of our terminal's signals. Never rejects. */
export async function callEngine(engine: Engine, args: readonly string[], clock: Clock): Promise<Answer> {
  const started = start(engine, args, ['ignore', 'pipe', 'pipe']);
  if (started instanceof Error) return { isDone: false, text: started.message };
  const child = started;
  let answer: Answer | null = null;
  const ended = new Promise<void>(resolve => {
    child.once('error', error => {
      answer = { isDone: false, text: error.message };
      resolve();
    });
    const said = [child.stdout, child.stderr].map(textOf);
    child.once('close', code => {
      const [out = '', err = ''] = said.map(text => text().trim());
      answer ??= code === 0 ? { isDone: true, text: out } : { isDone: false, text: err || `it ended with ${code}` };
      resolve();
    });
  });
  await firstOf(clock, CALL_MS, ended);
  if (answer !== null) return answer;
  child.kill('SIGKILL');
  for (const stream of [child.stdout, child.stderr]) stream?.destroy();
  return { isDone: false, text: `it did not answer within ${CALL_MS / 1_000} s` };
}

/** Calls it for a process that is about to end: nobody will hear the answer. */
export function callEngineNow(engine: Engine, args: readonly string[]): void {
  const child = start(engine, args, 'ignore');
  if (child instanceof Error) return;
  // Without a listener a program that is not there any more would be an error of ours.
  child.on('error', () => {});
  child.unref();
}

/** Some refusals of the system are thrown at once, others come as an event; without file descriptors the child has no streams. */
function start(
  { file, options, env, cwd }: Engine,
  args: readonly string[],
  stdio: StdioOptions,
): ChildProcess | Error {
  try {
    return spawn(file, [...options, ...args], {
      env: { ...env },
      // The folder only matters to relative paths among the options.
      ...(existsSync(cwd) ? { cwd } : {}),
      detached: true,
      windowsHide: true,
      stdio,
    });
  } catch (error) {
    return error as Error;
  }
}

function textOf(stream: Readable | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    if (text.length < MAX_TEXT) text += chunk;
  });
  return () => text;
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
