import { type ControlServer, serveControl } from '../../daemon/control-api.ts';
import { acquireLock, type Holder, readHolder } from '../../daemon/instance-lock.ts';
import { ensureToken } from '../../daemon/token.ts';
import { createManager, type Manager } from '../../manager.ts';
import type { Cli } from '../context.ts';
import { followConfig, redactorOf } from '../follow-config.ts';
import { logTo } from '../log-to.ts';
import { logDirOf } from '../places.ts';
import type { Known } from './connect-machine.ts';
import { StderrTeller } from './tell.ts';

export interface HostOptions {
  readonly configFile: string;
  readonly stateDir: string;
  /** "holdfast down". */
  readonly onShutdown: () => void;
  /** What nobody foresaw. */
  readonly onFail: (error: unknown) => void;
}

/** A manager inside a `connect`, for its client and for others that join. */
export interface Host {
  readonly manager: Known;
  /** Skips what patience is left in a stop under way. */
  hasten(): void;
  /**
   * First the others lose their connections, so that they keep their calls for the next manager; then the servers are stopped, and the
   * state folder is free. A second call waits for the first.
   */
  close(): Promise<readonly number[]>;
}

/**
 * Takes the state folder, and listens on a port of this machine that is free.
 *
 * @throws ConfigError · HoldfastError PROCESS_MANAGER_RUNNING where somebody else was faster, RESOURCE_PORT_TAKEN
 */
export async function openHost(cli: Cli, options: HostOptions): Promise<Host> {
  const { configFile, stateDir, onShutdown, onFail } = options;
  const manager = await createManager({
    config: configFile,
    env: cli.env,
    stateDir,
    logDir: logDirOf(stateDir),
    containHost: true,
  });
  const lock = await acquireLock(stateDir, { isGuest: true, config: configFile });
  let control: ControlServer | null = null;
  let endLog: () => void = () => undefined;
  let following: Disposable | undefined;
  let closing: Promise<readonly number[]> | null = null;
  const close = (): Promise<readonly number[]> => {
    following?.[Symbol.dispose]();
    closing ??= closeAll(manager, async () => {
      await control?.close();
      await lock.release();
      endLog();
    });
    return closing;
  };
  try {
    endLog = await tell(cli, manager);
    control = await serveControl({ manager, stateDir, lock, onShutdown });
    const token = cli.env.HOLDFAST_TOKEN || (await ensureToken(stateDir));
    const { url } = await manager.listen({ host: '127.0.0.1', port: 0, token, site: control.site });
    manager.start().catch(onFail);
    following = followConfig(manager, configFile, onFail);
    await lock.publish({ url });
    const holder = await readHolder(stateDir);
    if (holder === null) throw new Error(`the lock of ${stateDir} was taken away`);
    return { manager: knownOf(holder), hasten: () => void manager.stop(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

export const knownOf = ({ pid, at, url, isGuest }: Holder): Known => ({ key: `${pid} ${at}`, url, isGuest });

async function closeAll(manager: Manager, release: () => Promise<void>): Promise<readonly number[]> {
  try {
    await manager.endpoint?.close();
    return (await manager.close()).survivors;
  } finally {
    await release();
  }
}

async function tell(cli: Cli, manager: Manager): Promise<() => void> {
  const redact = redactorOf(manager);
  const teller = new StderrTeller(cli.stderr, redact, manager.config.servers.length > 1);
  if (cli.options.logLevel === undefined) manager.onEvent(teller.listener);
  return logTo(cli, manager, redact);
}
