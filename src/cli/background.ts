import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Holder, readHolder } from '../daemon/instance-lock.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { isSameProcess, readBootId, startOf } from '../platform/identity.ts';
import { startDetached } from '../platform/start-detached.ts';
import { type Clock, systemClock } from '../process/clock.ts';
import { pause } from '../process/wait.ts';
import { readReport } from './background-report.ts';
import { BACKGROUND_OPTION, type Cli } from './context.ts';
import type { EndpointWish } from './endpoint.ts';
import { ONE_PRESS_MS } from './interrupts.ts';
import { mainFile } from './main-file.ts';
import { standingOf } from './take-over.ts';

/** Where a manager in the background is heard when it cannot speak for itself any more; emptied at each start. */
export const backgroundLog = (stateDir: string): string => join(stateDir, 'logs', 'daemon.out');

/** It opens in a second, but may take over from one whose servers take their time to end. */
const PATIENCE_MS = 60_000;
const POLL_MS = 50;
/** Whoever gives up waits so long for it to end in good order. */
const END_MS = 15_000;

export interface BackgroundOptions {
  readonly configFile: string;
  readonly stateDir: string;
  readonly endpoint: EndpointWish;
  /** Somebody has pressed Ctrl-C. */
  readonly signal: AbortSignal;
  /** Once more: what was started is not to take its time. */
  readonly haste?: AbortSignal;
  readonly clock?: Clock;
}

export interface Background {
  readonly holder: Holder & { readonly url: string };
  /** What it said while it came up, for people. */
  readonly notes: readonly string[];
}

/**
 * Starts a manager that outlives us, and waits until it accepts requests. Where it does not come to that nothing of it is left.
 *
 * @returns null where `signal` came before
 * @throws the very error that ended it · HoldfastError PROCESS_MANAGER_RUNNING, PROCESS_BACKGROUND_REFUSED, PROCESS_BACKGROUND_ENDED
 */
export async function startInBackground(cli: Pick<Cli, 'env'>, options: BackgroundOptions): Promise<Background | null> {
  const { stateDir, signal, haste, clock = systemClock } = options;
  await refuseSettled(stateDir);
  const logFile = backgroundLog(stateDir);
  await mkdir(join(stateDir, 'logs'), { recursive: true, mode: 0o700 });
  await writeFile(logFile, '', { mode: 0o600 });
  // A folder that is there as long as it runs: ours may be removed, which Windows would refuse meanwhile.
  const { pid, notice } = await startDetached(process.execPath, argumentsOf(options), {
    env: withoutGaps(cli.env),
    cwd: stateDir,
    logFile,
  });
  const identity = { pid, startedAt: await startOf(pid), bootId: await readBootId() };
  const isAlive = () => isSameProcess(identity);
  const until = clock.now() + PATIENCE_MS;
  for (;;) {
    const isLiving = await isAlive();
    const holder = await readHolder(stateDir);
    if (holder?.pid === pid && holder.url !== null) {
      const { notes } = readReport(await readFile(logFile, 'utf8'));
      return { holder: { ...holder, url: holder.url }, notes: notice === null ? notes : [...notes, notice] };
    }
    if (!isLiving) throw await whyItEnded(logFile);
    if (signal.aborted || clock.now() >= until) {
      await end(pid, isAlive, clock, haste);
      if (signal.aborted) return null;
      throw ended(`it did not accept requests within ${PATIENCE_MS / 1_000} s`, await readFile(logFile, 'utf8'));
    }
    await pause(clock, POLL_MS, signal);
  }
}

/** Before anything of it is touched. Who runs inside a `connect` is taken over, by the one that we start. */
async function refuseSettled(stateDir: string): Promise<void> {
  const holder = await readHolder(stateDir);
  if (holder !== null && standingOf(holder, holder.pid) === 'settled')
    throw new HoldfastError('PROCESS_MANAGER_RUNNING', { details: { pid: holder.pid, stateDir } });
}

function argumentsOf({ configFile, stateDir, endpoint: { host, port, hasToken } }: BackgroundOptions): string[] {
  // One debugger cannot have two programs at one address.
  const ofNode = process.execArgv.filter(option => !option.startsWith('--inspect'));
  return [
    ...ofNode,
    mainFile,
    'up',
    BACKGROUND_OPTION,
    '--json',
    ...['--config', configFile, '--state-dir', stateDir],
    ...(host === undefined ? [] : ['--host', host]),
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...(hasToken ? [] : ['--no-token']),
  ];
}

const withoutGaps = (env: Cli['env']): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

async function whyItEnded(logFile: string): Promise<unknown> {
  const text = await readFile(logFile, 'utf8');
  return readReport(text).error ?? ended('it ended before it accepted requests', text);
}

/** Neither an error of ours nor a server's: what Node or the system had to say is all there is. */
function ended(why: string, text: string): HoldfastError {
  const stderrTail = text.trim().split(/\r?\n/).filter(Boolean);
  return new HoldfastError('PROCESS_BACKGROUND_ENDED', { details: { why }, stderrTail });
}

async function end(
  pid: number,
  isAlive: () => Promise<boolean>,
  clock: Clock,
  haste = new AbortController().signal,
): Promise<void> {
  const forever = new AbortController().signal;
  const send = (signal: NodeJS.Signals): void => {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  for (const first of ['SIGTERM', 'SIGKILL'] as const) {
    const since = clock.now();
    let isHastened = false;
    send(first);
    for (; clock.now() < since + END_MS; await pause(clock, POLL_MS, forever)) {
      if (!(await isAlive())) return;
      // Sooner it would be a part of the first press to whoever gets it.
      if (!haste.aborted || isHastened || clock.now() < since + ONE_PRESS_MS) continue;
      isHastened = true;
      send(first);
    }
  }
}
