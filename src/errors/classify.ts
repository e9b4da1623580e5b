import { type Code, catalogue } from './catalogue.ts';
import { codeOfStatus, describeExit, endingSignal } from './exit-codes.ts';
import { HoldfastError } from './holdfast-error.ts';
import { hintOfRefused } from './refused.ts';
import { classifyStderr } from './stderr.ts';

export { classifySpawnError, type SpawnContext, type SpawnFailure } from './classify-spawn.ts';
export { describeExit } from './exit-codes.ts';
export { classifyStderr } from './stderr.ts';

/** What is known of the end of a process. */
export interface ExitFacts {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines of its stderr, oldest first. */
  readonly stderrTail: readonly string[];
  /** `ready` once the server had answered its handshake and first lists. */
  readonly phase: 'starting' | 'ready';
  /** The first line of stdout that was not JSON-RPC. */
  readonly firstNoise?: string | null | undefined;
  /** Names of variables that are set in our environment and were not passed on (`LaunchPlan.withheld`). */
  readonly withheld?: readonly string[] | undefined;
  /** The command as configured, for the message where a shell could not find what it was to run. */
  readonly command?: string | undefined;
  /** True where the system tells that it ended the process for want of memory (`memory.events`, the job's memory limit). */
  readonly isOutOfMemory?: boolean | undefined;
}

/** Why a process ended that nobody told to end. It never throws; what cannot be named is `PROCESS_EXITED` or `PROCESS_EXITED_AT_START`. */
export function classifyExit(exit: ExitFacts, server: string): HoldfastError {
  const { code, details } = verdictOf(exit);
  return new HoldfastError(code, {
    server,
    details: { how: describeExit(exit.code, exit.signal), exitCode: exit.code, signal: exit.signal, ...details },
    stderrTail: exit.stderrTail,
    ...hintFor(code, exit, details?.host),
  });
}

interface Verdict {
  readonly code: Code;
  readonly details?: Readonly<Record<string, unknown>>;
}

function verdictOf(exit: ExitFacts): Verdict {
  const isStarting = exit.phase === 'starting';
  const unknown: Verdict = { code: isStarting ? 'PROCESS_EXITED_AT_START' : 'PROCESS_EXITED' };
  if (exit.isOutOfMemory === true) return { code: 'RESOURCE_MEMORY' };
  const byStatus = exit.code === null ? null : codeOfStatus(exit.code);
  if (byStatus !== null) return { code: byStatus };
  if (exit.code === 0 && !isStarting) return unknown;

  const said = classifyStderr([...(exit.firstNoise ? [exit.firstNoise] : []), ...exit.stderrTail]);
  // Whatever a process logged before a signal ended it, only memory is a reason for the signal.
  if (endingSignal(exit.code, exit.signal) !== null) return said?.code === 'RESOURCE_MEMORY' ? said : unknown;
  // A server that was ready has shown that it can start: nothing permanent is read from its last words.
  if (said !== null && (isStarting || catalogue[said.code].retryable)) return said;
  return (isStarting ? byShellCode(exit) : null) ?? unknown;
}

/** Exit codes by which a runtime or a shell says that the server itself never ran. */
function byShellCode(exit: ExitFacts): Verdict | null {
  const details = { command: exit.command ?? '?' };
  switch (exit.code) {
    case 9: // Node's "invalid argument"
      return { code: 'PROCESS_BAD_OPTION' };
    case 126: // POSIX shells: found, but not executable
      return { code: 'PROCESS_NOT_EXECUTABLE', details };
    case 127: // POSIX shells: not found
    case 9009: // cmd.exe: not found; also the Microsoft Store's placeholder for Python
      return { code: 'PROCESS_COMMAND_NOT_FOUND', details };
    default:
      return null;
  }
}

function hintFor(code: Code, exit: ExitFacts, host: unknown): { hint?: string; isHintOpen?: boolean } {
  const names = namedIn(exit.stderrTail, exit.withheld ?? []);
  if (names.length > 0) {
    const [is, it] = names.length === 1 ? ['is', 'it'] : ['are', 'them'];
    const hint = `${names.join(', ')} ${is} set here but not passed to the server: add ${it} to its "env", or set "inheritEnv"`;
    return { hint, isHintOpen: true };
  }
  if (code === 'NETWORK_REFUSED') return hintOfRefused(host);
  if (code !== 'PROCESS_EXITED_AT_START') return {};
  if (exit.firstNoise) {
    return {
      hint: `it wrote "${brief(exit.firstNoise)}" to stdout: check that the command starts an MCP server over stdio`,
    };
  }
  // Node's documented exit code for an unsettled top-level await.
  if (exit.code === 13)
    return {
      hint: 'if this is Node, a top-level await never settled: the server waits for something that cannot come',
    };
  return {};
}

/** A shell sets these for itself, and any output may name them. */
const USUAL = new Set([
  'PWD',
  'OLDPWD',
  'SHLVL',
  'HOME',
  'USER',
  'SHELL',
  'TERM',
  'LANG',
  'MAIL',
  'HOST',
  'PATH',
  'NAME',
]);

function namedIn(lines: readonly string[], names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const words = new Set(lines.flatMap(line => line.match(/\w+/g) ?? []));
  return names.filter(name => name.length >= 3 && !USUAL.has(name) && words.has(name)).slice(0, 3);
}

function brief(line: string): string {
  const text = line.trim();
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
