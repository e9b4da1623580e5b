import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { loadConfig } from '../../config/load.ts';
import { stateDir as stateDirOf } from '../../config/locate.ts';
import type { Config } from '../../config/types.ts';
import { ConfigError } from '../../errors/config-error.ts';
import type { Os } from '../../platform/platform.ts';
import type { Cli } from '../context.ts';
import { mainFile } from '../main-file.ts';
import { findConfig, findStateDir } from '../places.ts';
import { realFile } from '../replace-file.ts';
import { refuseControls, type Service, type ServiceFacts, serviceOf } from './definition.ts';
import { labelOf, launchdPlist } from './launchd-plist.ts';
import { orderLine } from './systemctl.ts';
import { systemdUnit } from './systemd-unit.ts';
import { taskXml } from './task-xml.ts';

/** What is to be written, and what makes the operating system take it up. */
export interface ServicePlan {
  readonly name: string;
  readonly stateDir: string;
  /** Where it belongs. */
  readonly file: string;
  readonly content: string;
  /** What a person types once it is there. */
  readonly commands: readonly string[];
  /** For variables that the configuration refers to; null where the system has nothing of the kind. */
  readonly envFile: string | null;
  /** Variables without which servers would not start as a service, and that are in no file yet. */
  readonly missing: readonly string[];
}

/** @throws ConfigError · UsageError */
export async function planService(cli: Cli, os: Os): Promise<ServicePlan> {
  const configFile = findConfig(cli);
  const stateDir = findStateDir(cli, configFile);
  const { servers } = await loadConfig(configFile, bareEnvironment(pathOf(cli, os)));
  return planFor(cli, os, { configFile, stateDir, servers });
}

/**
 * For a service that may be there already: what has become of its configuration is no reason to keep it.
 *
 * @throws ConfigError where none is named or found
 */
export async function planOfInstalled(cli: Cli, os: Os): Promise<ServicePlan> {
  try {
    return await planService(cli, os);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const configFile = findConfig(cli);
    const { options, env, cwd } = cli;
    const real = await realFile(configFile);
    const stateDir = stateDirOf({ flag: options.stateDir, env, configFile: real, os, home: homedir(), cwd });
    return planFor(cli, os, { configFile, stateDir, servers: [] });
  }
}

const pathOf = ({ env }: Cli, os: Os): string | null => (os === 'windows' ? null : (env.PATH ?? null));

function planFor(
  cli: Cli,
  os: Os,
  { configFile, stateDir, servers }: Pick<ServiceFacts, 'configFile' | 'stateDir'> & Pick<Config, 'servers'>,
): ServicePlan {
  const service = serviceOf({
    configFile,
    stateDir,
    config: { servers },
    node: process.execPath,
    main: mainFile,
    path: pathOf(cli, os),
  });
  const missing = [...new Set(servers.flatMap(({ unset = [] }) => unset))].sort();
  return { name: service.name, stateDir, missing, ...formOf(service, cli.env, os) };
}

/** What services have of an environment. */
const bareEnvironment = (path: string | null): Record<string, string> => ({
  HOME: homedir(),
  USERPROFILE: homedir(),
  ...(path === null ? {} : { PATH: path }),
});

function formOf(
  service: Service,
  env: Cli['env'],
  os: Os,
): Pick<ServicePlan, 'file' | 'content' | 'commands' | 'envFile'> {
  const { name } = service;
  switch (os) {
    case 'linux': {
      const folder = configHome(env);
      const envFile = join(folder, 'holdfast', `${name}.env`);
      refuseControls([envFile]);
      return {
        file: join(folder, 'systemd', 'user', `${name}.service`),
        content: systemdUnit(service, envFile),
        commands: orders(name).map(orderLine),
        envFile,
      };
    }
    case 'macos': {
      const file = join(homedir(), 'Library', 'LaunchAgents', `${labelOf(service)}.plist`);
      const commands = [`launchctl bootstrap gui/$(id -u) "${file}"`];
      return { file, content: launchdPlist(service), commands, envFile: null };
    }
    case 'windows': {
      const file = `${name}.xml`;
      const commands = [
        `Register-ScheduledTask -TaskName ${name} -Xml (Get-Content -Raw ${file})`,
        `Start-ScheduledTask -TaskName ${name}`,
      ];
      return { file, content: taskXml(service), commands, envFile: null };
    }
  }
}

/** Takes a unit up, whether it is new, changed or running. */
export const orders = (name: string): readonly (readonly string[])[] => [
  ['daemon-reload'],
  ['enable', `${name}.service`],
  ['restart', `${name}.service`],
];

function configHome({ XDG_CONFIG_HOME: named = '' }: Cli['env']): string {
  return isAbsolute(named) ? named : join(homedir(), '.config');
}
