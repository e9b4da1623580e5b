import { UsageError } from '../usage-error.ts';
import type { Service } from './definition.ts';

/** Begins each unit that is ours: no other is overwritten or removed. */
export const MARK = '# Written by "holdfast service install"; "holdfast service uninstall" removes it.';

/**
 * A unit for the user's systemd, 244 or later. `envFile`: may hold variables for the configuration; it need not be there.
 *
 * @throws UsageError where Node lies where systemd cannot run it
 */
export function systemdUnit({ what, program, args, path, stopSeconds }: Service, envFile: string): string {
  // It takes them nowhere in the name of a program, escaped or not.
  if (/["'\\]/.test(program))
    throw new UsageError(
      `systemd runs no program with such a path: ${program}`,
      'move Node to a folder with a plainer name',
    );
  return `${MARK}
[Unit]
Description=Holdfast holds the MCP servers of ${what}
StartLimitIntervalSec=600
StartLimitBurst=5

[Service]
Type=exec
# The colon: nothing in it stands for a variable.
ExecStart=:${[program, ...args].map(quoted).join(' ')}
${path === null ? '' : `# Commands are found as they are in the terminal that this was installed from.\nEnvironment=${quoted(`PATH=${path}`)}\n`}# For variables that the configuration refers to, one NAME=value a line. The file need not be there; keep it at mode 0600.
EnvironmentFile=-${specifiers(envFile)}
Restart=on-failure
RestartSec=2
# Calls that a stop has cut off are no failure; a mistake in the configuration or in this file does not mend itself.
SuccessExitStatus=130
RestartPreventExitStatus=2 3
# Holdfast stops its servers itself, each in a cgroup of its own; a server that runs out of memory is no reason to end the others.
KillMode=mixed
TimeoutStopSec=${stopSeconds}
Delegate=yes
OOMPolicy=continue

[Install]
WantedBy=default.target
`;
}

/** One word of a line that systemd splits into words. */
const quoted = (word: string): string => `"${specifiers(word).replace(/["\\]/g, '\\$&')}"`;

/** `%h` and its like stand for something everywhere in a unit. */
const specifiers = (text: string): string => text.replaceAll('%', '%%');
