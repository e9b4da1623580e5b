import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { loadConfig } from '../../config/load.ts';
import type { Os } from '../../platform/platform.ts';
import type { Cli } from '../context.ts';
import { mainFile } from '../main-file.ts';
import { findConfig, findStateDir } from '../places.ts';
import { type Service, serviceOf } from './definition.ts';
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
  const path = os === 'windows' ? null : (cli.env.PATH ?? null);
  const { servers } = await loadConfig(configFile, bareEnvironment(path));
  const service = serviceOf({
    configFile,
    stateDir,
    config: { servers },
    node: process.execPath,
    main: mainFile,
    path,
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
