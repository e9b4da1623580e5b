import { loadConfig } from '../../config/load.ts';
import { readToken } from '../../daemon/token.ts';
import { ConfigError } from '../../errors/config-error.ts';
import { redactDeep } from '../../errors/redact-deep.ts';
import { packageVersion } from '../../version.ts';
import { type Cli, print, printJson, redactUnknown, widthOf } from '../context.ts';
import type { ControlClient } from '../control-client.ts';
import { dashboardLink } from '../dashboard-link.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { commandFor, findConfig, isConfigNamed, isStateDirNamed, optionsFor, shortPath } from '../places.ts';
import { type Home, renderHome } from '../render/home.ts';
import { findManagers } from '../running-manager.ts';

/** What runs, what is wrong, and what to do next: for whoever types "holdfast" and nothing else. */
export async function home(cli: Cli): Promise<ExitCode> {
  const [config, { clients, silent }] = await Promise.all([configHere(cli), findManagers(cli)]);
  const managers = await Promise.all(clients.map(client => managerOf(cli, client, config, clients.length)));
  const view: Home = {
    title: `holdfast ${packageVersion()}`,
    config,
    managers,
    silent: silent.map(({ message, hint }) => ({ message, hint })),
    now: Date.now(),
  };
  if (cli.options.json) printJson(cli, view);
  else print(cli, renderHome(view, widthOf(cli.stdout), cli.theme));
  return EXIT.done;
}

/** What a command without options would mean here. */
async function configHere(cli: Cli): Promise<Home['config']> {
  try {
    const file = findConfig(cli);
    const { servers } = await loadConfig(file, cli.env);
    return { file: shortPath(file, cli.cwd), path: file, servers: servers.length, issues: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [first] = error.issues;
    // None is no mistake, as long as nobody has named one.
    if (first === undefined || (first.line === null && !isConfigNamed(cli))) return null;
    const issues = error.issues.map(issue => ({ ...issue, file: shortPath(issue.file, cli.cwd) }));
    return { file: shortPath(first.file, cli.cwd), path: first.file, servers: 0, issues };
  }
}

async function managerOf(
  cli: Cli,
  client: ControlClient,
  config: Home['config'],
  running: number,
): Promise<Home['managers'][number]> {
  const report = redactDeep(await client.status(), redactUnknown);
  const { url, stateDir, token: place, config: file } = report.manager;
  const token = place === null ? null : await tokenAt(place, stateDir, cli.env);
  const isMeant = isStateDirNamed(cli) || (config === null ? running === 1 : config.path === file);
  return {
    report,
    isGuest: client.holder.isGuest,
    name: shortPath(file ?? stateDir, cli.cwd),
    dashboard: url === null ? null : dashboardLink(url, token),
    command: commandFor(isMeant ? cli.options : optionsFor(cli, { config: file, stateDir })),
    isHere: config !== null && config.path === file,
  };
}

async function tokenAt(place: string, stateDir: string, env: Cli['env']): Promise<string | null> {
  return place === 'HOLDFAST_TOKEN' ? env.HOLDFAST_TOKEN || null : readToken(stateDir);
}
