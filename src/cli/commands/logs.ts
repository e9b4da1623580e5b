import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../config/load.ts';
import { ConfigError } from '../../errors/config-error.ts';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import { nearest } from '../../errors/nearest.ts';
import type { Channel } from '../../telemetry/event-entries.ts';
import { LogFollower } from '../../telemetry/log-follow.ts';
import { readLogs } from '../../telemetry/log-history.ts';
import { dayOf, logLine } from '../../telemetry/log-line.ts';
import { type LogFile, linesFrom, logFilesIn, type ReadLine, readLine } from '../../telemetry/log-lines.ts';
import { logStem } from '../../telemetry/log-names.ts';
import { type Cli, LOG_LEVELS, type LogLevel, note } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { untilInterrupted } from '../interrupts.ts';
import { findConfig, logDirOf, runDir, shortPath } from '../places.ts';
import { plainTheme } from '../render/theme.ts';
import { managerDir } from '../running-manager.ts';

export interface LogsWish {
  readonly server: string | undefined;
  readonly isFollowing: boolean;
  readonly channels: readonly Channel[] | null;
  /** Milliseconds since 1970. */
  readonly since: number | null;
  /** The last so many; infinite for all. */
  readonly lines: number;
  readonly level: LogLevel | undefined;
  /** Of every `holdfast run`, in place of a manager. */
  readonly isOfRuns: boolean;
}

/** New lines are looked for this often; whoever looks on sees no difference. */
const LOOK_MS = 250;
const MANAGER = 'manager';

/**
 * What stands in the log files of a state folder, whether a manager runs there or not.
 *
 * @throws HoldfastError TOOL_SERVER_UNKNOWN
 */
export async function logs(cli: Cli, wish: LogsWish): Promise<ExitCode> {
  const folder = logDirOf(wish.isOfRuns ? runDir(cli) : await managerDir(cli));
  const stems = wish.server === undefined ? null : new Set([await stemOf(cli, folder, wish.server, wish)]);
  const files = await logFilesIn(folder, stems);
  if (files.length === 0) note(cli, `there are no logs yet; they will be in ${shortPath(folder, cli.cwd)}`);
  const matches = matcher(wish);
  const print = printer(cli);
  const since = wish.since === null ? null : new Date(wish.since).toISOString();
  for await (const read of readLogs(folder, files, { since, last: wish.lines, matches })) {
    if (!(await print(read))) return EXIT.done;
  }
  if (!wish.isFollowing) return EXIT.done;
  const follower = new LogFollower(folder, stems, files);
  await untilInterrupted(async signal => {
    while (!signal.aborted) {
      for (const read of await follower.next()) {
        if (matches(read.line) && !(await print(read))) return;
      }
      await delay(LOOK_MS, undefined, { signal }).catch(ignoreAbort);
    }
  });
  return EXIT.done;
}

/** The file of a server. One that is neither configured nor has a file is no server. */
async function stemOf(cli: Cli, folder: string, server: string, { isOfRuns }: LogsWish): Promise<string> {
  const files = await logFilesIn(folder);
  const stem = logStem(server);
  if (files.some(file => file.stem === stem)) return stem;
  const configured = isOfRuns ? [] : await configuredNames(cli);
  if (configured.includes(server)) return stem;
  if (server === MANAGER) return logStem(null);
  const written = await Promise.all([...new Set(files.map(file => file.stem))].map(of => nameOf(folder, files, of)));
  const names = [...configured, ...written.filter(name => name !== null)];
  throw new HoldfastError('TOOL_SERVER_UNKNOWN', { details: { name: server, nearest: nearest(server, names) } });
}

/** What is wrong with a configuration is no reason not to read logs. */
async function configuredNames(cli: Cli): Promise<readonly string[]> {
  try {
    const { servers, disabled } = await loadConfig(findConfig(cli), cli.env);
    return [...servers.map(({ name }) => name), ...disabled];
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}

/** A file may have another name than its server; its lines know. */
async function nameOf(folder: string, files: readonly LogFile[], stem: string): Promise<string | null> {
  const file = files.find(each => each.stem === stem);
  if (file === undefined || stem === logStem(null)) return null;
  for await (const { text } of linesFrom(folder, file)) {
    const name = readLine(text)?.line.server;
    if (typeof name === 'string') return name;
  }
  return null;
}

function matcher({ channels, level }: LogsWish): (line: ReadLine['line']) => boolean {
  const levels = level === undefined ? null : new Set<string>(LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(level) + 1));
  const wanted = channels === null ? null : new Set<unknown>(channels);
  return line => (wanted === null || wanted.has(line.channel)) && (levels === null || levels.has(line.level));
}

/** False once nobody reads any more. Does not run ahead of whoever reads. */
function printer(cli: Cli): (read: ReadLine) => Promise<boolean> {
  const isColoured = cli.theme !== plainTheme;
  const { stdout } = cli;
  return async ({ text, line }) => {
    const shown = cli.options.json ? text : logLine(line, isColoured, dayOf(Date.now()));
    if (!stdout.write(`${shown}\n`) && stdout.writable) {
      await new Promise<void>(resolve => {
        const go = (): void => {
          stdout.off('drain', go).off('close', go);
          resolve();
        };
        stdout.on('drain', go).on('close', go);
      });
    }
    return stdout.writable;
  };
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}
