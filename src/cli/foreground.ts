import { type ControlServer, serveControl } from '../daemon/control-api.ts';
import { tokenPath } from '../daemon/token.ts';
import { formatIssue } from '../errors/config-error.ts';
import { createManager, type Manager } from '../manager.ts';
import { setOwnPriority } from '../platform/priority.ts';
import { packageVersion } from '../version.ts';
import type { Cli } from './context.ts';
import { End } from './end.ts';
import { checkWish, type EndpointWish, openEndpoint } from './endpoint.ts';
import type { ExitCode } from './exit-codes.ts';
import { followConfig, redactorOf } from './follow-config.ts';
import { listenToEnds } from './interrupts.ts';
import { logTo } from './log-to.ts';
import { logDirOf, shortPath } from './places.ts';
import { takeFolder } from './take-over.ts';
import { jsonView } from './views/json-view.ts';
import { plainView } from './views/plain-view.ts';
import { quietView } from './views/quiet-view.ts';
import type { Scene, View } from './views/view.ts';

export interface ForegroundOptions {
  readonly configFile: string;
  readonly stateDir: string;
  readonly env: Cli['env'];
  readonly endpoint: EndpointWish;
  /** Nobody looks on, and no terminal ends it. */
  readonly isInBackground?: boolean;
  /** A line below the table that changes with the servers. */
  readonly advice?: Scene['advice'];
  /** What goes on while the manager is up; it is disposed of before the servers are stopped. */
  readonly meanwhile?: (manager: Manager) => Disposable;
}

/**
 * Runs a manager in this process until somebody ends it: Ctrl-C, a signal, or `holdfast down`. A server that fails does not end it.
 *
 * @throws ConfigError · HoldfastError PROCESS_MANAGER_RUNNING · whatever nobody caught, after everything has been stopped
 */
export async function holdForeground(cli: Cli, options: ForegroundOptions): Promise<ExitCode> {
  const { configFile, stateDir, env, advice, isInBackground = false } = options;
  const manager = await createManager({
    config: configFile,
    env,
    stateDir,
    logDir: logDirOf(stateDir),
    containHost: true,
  });
  const redact = redactorOf(manager);
  checkWish(options.endpoint, manager.config.gateway.host);
  const lock = await takeFolder(cli, stateDir, configFile);
  const end = new End(manager, { endsClients: true });
  let meanwhile: Disposable | undefined;
  const wishes = { stop: () => end.begin(), hasten: () => end.hasten(), fail: (error: unknown) => end.fail(error) };
  const ends = listenToEnds(wishes, { outlivesTerminal: isInBackground });
  let control: ControlServer | null = null;
  let following: Disposable | undefined;
  try {
    control = await serveControl({ manager, stateDir, lock, onShutdown: () => end.begin() });
    const title = `holdfast ${packageVersion()}`;
    const makeView = await viewMaker(cli, isInBackground);
    const { url, token } = await openEndpoint(cli, manager, options.endpoint, { stateDir, env, site: control.site });
    // From here on clients may come, and find servers that are on their way.
    manager.start().catch((error: unknown) => end.fail(error));
    following = followConfig(manager, configFile, error => end.fail(error));
    const view = makeView({ title, status: () => manager.status(), advice, redact });
    view.opened({
      url,
      token,
      tokenFile: env.HOLDFAST_TOKEN ? 'HOLDFAST_TOKEN' : tokenPath(stateDir),
      pid: process.pid,
      control: control.path,
    });
    manager.onEvent(event => view.event(event));
    end.onBegin = () => {
      following?.[Symbol.dispose]();
      meanwhile?.[Symbol.dispose]();
      view.stopping();
    };
    // What a manager in the background writes to stderr is a file that nobody rotates.
    const endLog = isInBackground ? () => undefined : await logTo(cli, manager, redact, text => view.say(text));
    // A key that nobody knows is often the whole trouble, and few people run "config check" first.
    for (const warning of manager.config.warnings) {
      view.say(`${formatIssue({ ...warning, file: shortPath(warning.file, cli.cwd) })} (warning)`);
    }
    const refusal = setOwnPriority(manager.config.priority);
    if (refusal !== null) view.say(`${refusal} (warning)`);
    // Who has put us into the background waits for it, and has heard all of that then.
    await lock.publish({ url });
    meanwhile = options.meanwhile?.(manager);
    await end.begun;
    // The end may have begun before.
    meanwhile?.[Symbol.dispose]();
    // Whoever bridges to us loses the way first, so that it keeps its calls for the next manager; only then do the servers end.
    await manager.endpoint?.close();
    const { survivors } = await manager.close();
    await control.close();
    endLog();
    view.close(survivors);
    return end.exitCode(survivors);
  } finally {
    following?.[Symbol.dispose]();
    // Done already where all went well, and harmless a second time; after a fault of ours nothing may stay either.
    await manager.close();
    await control?.close();
    await lock.release();
    ends[Symbol.dispose]();
  }
}

async function viewMaker(cli: Cli, isInBackground: boolean): Promise<(scene: Scene) => View> {
  if (isInBackground) return () => quietView(cli);
  if (cli.options.json) return scene => jsonView(cli, scene);
  if (!cli.stdout.isTTY || cli.env.TERM === 'dumb') return scene => plainView(cli, scene);
  const { liveView } = await import('./views/live-view.ts');
  return scene => liveView(cli, scene);
}
