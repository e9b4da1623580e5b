import type { Command } from 'commander';
import type { ToAction } from '../work.ts';

/** `service install|uninstall|status`. */
export function addService(program: Command, action: ToAction): void {
  const service = program
    .command('service')
    .description('"service install|uninstall|status": run it from login on, by systemd');
  const verbs = {
    install: [
      'show the unit, then write and start it; for launchd and Task Scheduler, print what to give them',
      'install',
    ],
    uninstall: ['stop it, and remove what was written', 'uninstall'],
  } as const;
  for (const [verb, [description, name]] of Object.entries(verbs)) {
    service
      .command(verb)
      .description(description)
      .option('--dry-run', 'show what would be done, and do nothing')
      .option('--yes', 'do not ask')
      .action(
        action(async (cli, _args, { dryRun, yes }) =>
          (await import('../commands/service.ts'))[name](cli, { isDry: dryRun === true, isYes: yes === true }),
        ),
      );
  }
  service
    .command('status')
    .description('whether it is installed, and whether its manager runs')
    .action(action(async cli => (await import('../commands/service.ts')).serviceStatus(cli)));
}
