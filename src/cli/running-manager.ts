import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Holder, readHolder } from '../daemon/instance-lock.ts';
import { ConfigError } from '../errors/config-error.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { type Cli, note } from './context.ts';
import { type ControlClient, connectControl } from './control-client.ts';
import {
  findConfig,
  findStateDir,
  isConfigNamed,
  isStateDirNamed,
  optionsFor,
  optionWords,
  shortPath,
  unnamedStateDir,
} from './places.ts';
import { UsageError } from './usage-error.ts';

/** More are not named in a sentence. */
const MOST_NAMED = 3;

export interface Running extends Pick<Holder, 'pid' | 'url' | 'config'> {
  readonly stateDir: string;
}

/** @throws HoldfastError CONNECTION_NO_MANAGER, which names the others that run */
export async function runningManager(cli: Cli): Promise<ControlClient> {
  const stateDir = await managerDir(cli);
  const client = await connectControl(stateDir);
  if (client !== null) return client;
  const config = isStateDirNamed(cli) ? undefined : shortPath(findConfig(cli), cli.cwd);
  const others = isStateDirNamed(cli) ? [] : await runningIn(rootOf(cli));
  if (others.length === 0) throw new HoldfastError('CONNECTION_NO_MANAGER', { details: { config } });
  const hint = `start one with "holdfast up", or name one that runs: ${named(others, cli)}`;
  throw new HoldfastError('CONNECTION_NO_MANAGER', { details: { config, others }, hint, isHintOpen: true });
}

/** Every manager of this user; where a state folder is named, the one that works there. `silent`: why others cannot be asked. */
export async function findManagers(cli: Cli): Promise<{ clients: ControlClient[]; silent: HoldfastError[] }> {
  const dirs = isStateDirNamed(cli)
    ? [findStateDir(cli, null)]
    : (await runningIn(rootOf(cli))).map(({ stateDir }) => stateDir);
  const silent: HoldfastError[] = [];
  const clients = await Promise.all(
    dirs.map(dir =>
      connectControl(dir).catch((error: unknown) => {
        if (!(error instanceof HoldfastError)) throw error;
        silent.push(error);
        return null;
      }),
    ),
  );
  return { clients: clients.filter(client => client !== null), silent };
}

/** @throws HoldfastError CONNECTION_NO_MANAGER, or CONNECTION_MANAGER_SILENT where no other answers */
export async function runningManagers(cli: Cli): Promise<ControlClient[]> {
  const { clients, silent } = await findManagers(cli);
  if (clients.length === 0) throw silent[0] ?? new HoldfastError('CONNECTION_NO_MANAGER');
  for (const { message } of silent) note(cli, message);
  return clients;
}

/**
 * The state folder of the manager that is meant: that of the configuration; where none is named or found, of the only manager that
 * runs, since nobody types `--config` again for a manager that they can see.
 *
 * @throws ConfigError where there is neither · UsageError where several run
 */
export async function managerDir(cli: Cli): Promise<string> {
  try {
    return findStateDir(cli);
  } catch (error) {
    if (!(error instanceof ConfigError) || isConfigNamed(cli)) throw error;
    const running = await runningIn(rootOf(cli));
    const [only] = running;
    if (only === undefined) throw error;
    if (running.length === 1) return only.stateDir;
    throw new UsageError(`${running.length} managers are running`, `name one: ${named(running, cli)}`);
  }
}

/** The manager that holds a port, by its process, or where that is not known by its address; not one whose state folder was named. */
export async function managerAt(cli: Cli, port: number, pid: number | null): Promise<Running | null> {
  const running = await runningIn(rootOf(unnamedStateDir(cli)));
  return running.find(manager => (pid === null ? portOf(manager.url) === port : manager.pid === pid)) ?? null;
}

const portOf = (url: string | null): number | null => (url === null ? null : Number(new URL(url).port));

/** The folder around the state folders of all configurations. */
const rootOf = (cli: Cli): string => dirname(findStateDir(cli, null));

async function runningIn(root: string): Promise<Running[]> {
  let names: string[];
  try {
    names = await readdir(root);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  const found = names.map(async (name): Promise<Running[]> => {
    const stateDir = join(root, name);
    const holder = await readHolder(stateDir);
    return holder === null ? [] : [{ pid: holder.pid, url: holder.url, config: holder.config, stateDir }];
  });
  return (await Promise.all(found)).flat();
}

/** `--config mcp.json (pid 7, http://127.0.0.1:4653/mcp)`, as many as a sentence can hold. */
function named(running: readonly Running[], cli: Cli): string {
  const names = running.slice(0, MOST_NAMED).map(manager => {
    const { pid, url } = manager;
    return `${optionWords(optionsFor(cli, manager))} (pid ${pid}${url === null ? '' : `, ${url}`})`;
  });
  const more = running.length - names.length;
  return `${names.join(' or ')}${more === 0 ? '' : `; ${more} more: "holdfast status --all"`}`;
}
