import { secretsOf } from '../config/secrets.ts';
import type { Config } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { redactSecrets } from '../errors/redact.ts';
import { createManager, type Manager } from '../manager.ts';
import { type Cli, note } from './context.ts';
import { listenToEnds } from './interrupts.ts';
import { logTo } from './log-to.ts';
import { findConfig } from './places.ts';
import { tellProgress } from './tell-progress.ts';

/**
 * Starts the servers that `pick` names and those they depend on, does what is to be done, and stops everything, however it ends.
 *
 * @throws HoldfastError TOOL_CALL_CANCELLED after Ctrl-C
 */
export async function withServers<T>(
  cli: Cli,
  pick: (config: Config) => readonly string[],
  run: (manager: Manager, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const manager = await createManager({ config: findConfig(cli), env: cli.env, cwd: cli.cwd, containHost: true });
  const interrupted = new AbortController();
  const failed = { error: undefined as unknown };
  const stop = (): void => {
    interrupted.abort();
    void manager.stop();
  };
  const ends = listenToEnds({
    stop,
    hasten: stop,
    fail: error => {
      failed.error ??= error;
      stop();
    },
  });
  manager.onEvent(event => tellProgress(cli, event));
  const redact = redactSecrets(manager.config.servers.flatMap(secretsOf));
  const endLog = await logTo(cli, manager, redact);
  try {
    await manager.start(...withDependencies(manager.config, pick(manager.config)));
    return await run(manager, interrupted.signal);
  } catch (error) {
    if (failed.error !== undefined) throw failed.error;
    const isOwn = error instanceof HoldfastError && error.code === 'TOOL_CALL_CANCELLED';
    if (!interrupted.signal.aborted || isOwn) throw error;
    throw new HoldfastError('TOOL_CALL_CANCELLED', { details: { reason: 'interrupted' }, cause: error });
  } finally {
    const { survivors } = await manager.close();
    if (survivors.length > 0) note(cli, `could not be ended: pid ${survivors.join(', ')}`);
    endLog();
    ends[Symbol.dispose]();
  }
}

/** The named servers, each after those it depends on. Unknown names stay, for the manager to refuse. */
function withDependencies(config: Config, names: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (found.has(name) || path.includes(name)) return;
    const server = config.servers.find(candidate => candidate.name === name);
    for (const other of server?.options.dependsOn ?? []) visit(other, [...path, name]);
    found.add(name);
  };
  for (const name of names) visit(name, []);
  return [...found];
}
