import type { Command } from 'commander';
import { ADD_HELP, IMPORT_HELP } from '../help.ts';
import type { ToAction } from '../work.ts';

/** `import`, and what edits the configuration: `add|remove|enable|disable`. */
export function addEditing(program: Command, action: ToAction): void {
  program
    .command('import')
    .description('take over the servers of the clients on this machine')
    .option('--from <client...>', 'claude-desktop, claude-code, cursor, vscode, codex; default: all')
    .option('--to <file>', 'the configuration to write; default: as --config')
    .option('--dry-run', 'show what would be done, and do nothing')
    .option('--rewire', 'put Holdfast in their place in the files of the clients')
    .option('--undo', 'bring back these files as they were')
    .option('--keep-changes', 'with --undo: of those that were changed since, bring back the servers alone')
    .option('--force', 'with --undo: bring back those too as they were, and keep a copy of what they are')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', IMPORT_HELP)
    .action(
      action(async (cli, _args, { from, to, yes, dryRun, rewire, undo, force, keepChanges }) =>
        (await import('../commands/import.ts')).importServers(cli, {
          from: texts(from),
          to: text(to),
          isYes: yes === true,
          isDry: dryRun === true,
          isRewire: rewire === true,
          isUndo: undo === true,
          isForced: force === true,
          isKeeping: keepChanges === true,
        }),
      ),
    );
  program
    .command('add <name> [command...]')
    .description('write one more server into the configuration')
    .option('--url <url>', 'of a remote server, in place of a command')
    .option('--header <name=value>', 'to be sent to it; can be repeated', collect)
    .option('--env <name=value>', 'a variable for it; can be repeated', collect)
    .option('--cwd <dir>', 'its working folder; default: that of the configuration')
    .addHelpText('after', ADD_HELP)
    .action(
      action(async (cli, [name = '', ...command], { url, header, env, cwd }) => {
        const wish = { command, url: text(url), headers: texts(header), env: texts(env), cwd: text(cwd) };
        return (await import('../commands/edit.ts')).add(cli, name, wish);
      }),
    );
  program
    .command('remove <name>')
    .description('take a server out of the configuration')
    .action(action(async (cli, [name = '']) => (await import('../commands/edit.ts')).remove(cli, name)));
  for (const [verb, way] of [
    ['enable', 'on'],
    ['disable', 'off'],
  ] as const) {
    program
      .command(`${verb} <name>`)
      .description(`switch a server ${way} in the configuration`)
      .action(
        action(async (cli, [name = '']) => (await import('../commands/edit.ts')).enable(cli, name, verb === 'enable')),
      );
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function collect(one: string, before: readonly string[] = []): string[] {
  return [...before, one];
}
