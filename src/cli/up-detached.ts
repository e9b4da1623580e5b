import { dirname } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { readToken, tokenPath } from '../daemon/token.ts';
import { packageVersion } from '../version.ts';
import { type BackgroundOptions, backgroundLog, startInBackground } from './background.ts';
import { type Cli, note, print, printJson } from './context.ts';
import { dashboardLink } from './dashboard-link.ts';
import { checkWish } from './endpoint.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { pressCounter } from './interrupts.ts';
import { commandFor, shortPath } from './places.ts';
import { startedLines } from './render/started.ts';

/**
 * Runs the manager as a daemon, and says where it is once it accepts requests.
 *
 * @throws ConfigError and UsageError before anything is started · see `startInBackground`
 */
export async function upDetached(cli: Cli, options: Omit<BackgroundOptions, 'signal' | 'haste'>): Promise<ExitCode> {
  const { configFile, stateDir, endpoint } = options;
  const { gateway } = await loadConfig(configFile, cli.env);
  checkWish(endpoint, gateway.host);
  const stop = new AbortController();
  const haste = new AbortController();
  const press = pressCounter();
  // Never to its default, which would end us and leave behind what we have started.
  const interrupt = (): void => {
    const number = press(performance.now());
    if (number !== null) (number === 1 ? stop : haste).abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, interrupt);
  try {
    const started = await startInBackground(cli, { ...options, signal: stop.signal, haste: haste.signal });
    if (started === null) {
      note(cli, 'interrupted; what was started is ended');
      return EXIT.interrupted;
    }
    const { holder, notes } = started;
    const { pid, url, control } = holder;
    for (const text of notes) note(cli, text);
    const token = endpoint.hasToken ? cli.env.HOLDFAST_TOKEN || (await readToken(stateDir)) : null;
    if (cli.options.json) {
      printJson(cli, { event: 'listening', url, token, pid, control, dashboard: dashboardLink(url, token) });
      return EXIT.done;
    }
    const facts = {
      title: `holdfast ${packageVersion()}`,
      pid,
      url,
      token,
      tokenFile: cli.env.HOLDFAST_TOKEN ? 'HOLDFAST_TOKEN' : tokenPath(stateDir),
      // What goes into a log must not open the servers to whoever reads it.
      isSecretShown: cli.stdout.isTTY === true,
      logs: shortPath(dirname(backgroundLog(stateDir)), cli.cwd),
      command: commandFor(cli.options),
    };
    print(cli, startedLines(facts, cli.theme));
    return EXIT.done;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, interrupt);
  }
}
