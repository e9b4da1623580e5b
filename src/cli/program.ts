import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { channels } from '../telemetry/event-entries.ts';
import { packageVersion } from '../version.ts';
import { BACKGROUND_OPTION, cliOf, type GlobalOptions, LOG_LEVELS, type LogLevel } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { CONNECT_HELP, LOGS_HELP, RUN_HELP, UP_HELP } from './help.ts';
import { addEditing } from './import/command.ts';
import { channelList, lineCount, logsWish, since, USUAL_LINES } from './logs-wish.ts';
import { forgiveGoneReaders } from './output-errors.ts';
import { asServer, reportError } from './report-error.ts';
import { addService } from './service/command.ts';
import { UsageError } from './usage-error.ts';
import type { ToAction, Work } from './work.ts';

/** Runs one command line and resolves with the exit code; it never rejects. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  let options: GlobalOptions = { json: argv.includes('--json') };
  forgiveGoneReaders([process.stdout, process.stderr], error => process.exit(reportError(cliOf(options), error)));
  let help = '';
  const program = build(work => async (...params: unknown[]) => {
    const command = params.at(-1) as Command;
    options = { json: false, ...command.optsWithGlobals<Partial<GlobalOptions>>() };
    code = await work(cliOf(options), command.args, command.opts());
  }).configureOutput({
    writeOut: text => {
      help += text;
    },
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(cliOf(options), error);
    // The first is meant: words after it may be named like a command.
    const named = argv.flatMap(word => program.commands.find(command => command.name() === word) ?? [])[0];
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') {
      const [word = '-'] = program.args;
      // Help for a command that there is not would look as if there were.
      if (error.code === 'commander.helpDisplayed' && named === undefined && !word.startsWith('-'))
        return run(argv.filter(isNoHelp));
      process.stdout.write(help);
      return EXIT.done;
    }
    // Without a command there is nothing wrong: somebody looks what there is.
    if (error.code === 'commander.help' && named === undefined) {
      // Whoever looks at a terminal wants to know how things are; what reads a pipe, what it may ask for.
      if (process.stdout.isTTY) return await home({ ...program.opts<Partial<GlobalOptions>>() });
      program.outputHelp();
      process.stdout.write(help);
      return EXIT.done;
    }
    return reportError(cliOf(options), usageError(error, named));
  }
}

async function home(options: Partial<GlobalOptions>): Promise<ExitCode> {
  const cli = cliOf({ json: false, ...options });
  try {
    return await (await import('./commands/home.ts')).home(cli);
  } catch (error) {
    return reportError(cli, error);
  }
}

const isNoHelp = (word: string): boolean => word !== '-h' && word !== '--help';

function build(action: ToAction): Command {
  const program = new Command('holdfast')
    .description('Holds MCP servers fast: alive while they are needed, gone when they are not.')
    .exitOverride()
    // What is wrong is told by `reportError`, in one form for all.
    .configureOutput({ writeErr: () => undefined, outputError: () => undefined })
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: command =>
        [
          command.name(),
          ...command.registeredArguments.map(arg => {
            const name = `${arg.name()}${arg.variadic ? '...' : ''}`;
            return arg.required ? `<${name}>` : `[${name}]`;
          }),
        ].join(' '),
    })
    .helpCommand(false)
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this, or how to use a command')
    .option('--config <file>', 'default: ./holdfast.json, then holdfast.json in your config folder')
    .option('--state-dir <dir>', 'of the manager; default: one for each configuration')
    .addOption(
      new Option('--log-level <level>', 'write logs to stderr: error, warn, info, debug, …')
        .env('HOLDFAST_LOG_LEVEL')
        .argParser(logLevel),
    )
    .option('--json', 'results and errors as JSON')
    .addHelpText(
      'after',
      `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 bad configuration, 4 no manager running,
            5 server not available, 6 tool reported an error, 130 interrupted`,
    );
  const add = (usage: string, description: string, work: Work, isHidden = false): Command =>
    program.command(usage, { hidden: isHidden }).description(description).action(action(work));

  add(
    'up',
    'start all servers and hold them until Ctrl-C, or with -d in the background',
    async (cli, _args, options) => {
      const { host, port, token, detach, inBackground } = options;
      const wish = { host: optional(host, 'string'), port: optional(port, 'number'), hasToken: token !== false };
      const mode = inBackground === true ? 'background' : detach === true ? 'detached' : 'attached';
      return (await import('./commands/up.ts')).up(cli, wish, mode);
    },
  )
    .option('-d, --detach', 'as a daemon, which outlives this terminal; returns once it accepts requests')
    .addOption(new Option(BACKGROUND_OPTION).hideHelp())
    .option('--host <address>', 'where to listen; default 127.0.0.1, or "holdfast.gateway.host"')
    .option('--port <number>', 'default 4653, or "holdfast.gateway.port"; 0 picks a free one', portNumber)
    .option('--no-token', 'let in whoever reaches the endpoint, which must be on loopback')
    .addHelpText('after', UP_HELP);
  add('down', 'stop the running manager and its servers', async cli => (await import('./commands/down.ts')).down(cli));
  add('status [server...]', 'how the servers are, all or those that are named', async (cli, servers, { all, watch }) =>
    watch === true
      ? (await import('./commands/watch-status.ts')).watch(cli, all === true, servers)
      : (await import('./commands/status.ts')).status(cli, all === true, servers),
  )
    .option('--watch', 'until Ctrl-C, each time that something changes, also when the manager is started anew')
    .option('--all', 'of every manager that runs, whatever its configuration');
  for (const verb of ['start', 'stop', 'restart'] as const) {
    add(`${verb} <server...>`, `${verb} servers of the running manager`, async (cli, servers) =>
      (await import('./commands/steer.ts')).steer(cli, verb, servers),
    );
  }
  add('tools [server]', 'what the servers can do', async (cli, [server]) =>
    (await import('./commands/tools.ts')).tools(cli, server),
  );
  add(
    'call <server> <tool> [json]',
    'call a tool; its arguments as a JSON object, "-" reads them from stdin',
    async (cli, args, { timeout }) => {
      const [server = '', tool = '', json] = args;
      const timeoutMs = typeof timeout === 'number' ? timeout : undefined;
      return (await import('./commands/call.ts')).call(cli, { server, tool, json, timeoutMs });
    },
  ).option('--timeout <ms>', 'give up after this time; 0 never', wholeNumber);
  add('logs [server]', 'what the log files say, whether a manager runs or not', async (cli, [server], options) =>
    (await import('./commands/logs.ts')).logs(cli, logsWish(server, options, cli.options.logLevel)),
  )
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('-n, --lines <number>', 'the last so many, or "all"; default 200, with --since all', lineCount)
    .option('--since <time>', '10m, 2h, 3d, or a point in time: 2026-11-27T20:00', since)
    .option('--channel <names>', `of ${channels.join(', ')}; several with commas`, channelList)
    .option('--level <level>', 'lines of this level and graver ones', logLevel)
    .option('--run', 'of every "holdfast run", in place of a manager')
    .addHelpText('after', LOGS_HELP);
  add('events', 'what has befallen the servers of the running manager', async (cli, _args, { follow, lines }) => {
    const count = optional(lines, 'number') ?? (follow === true ? 0 : USUAL_LINES);
    return (await import('./commands/events.ts')).events(cli, follow === true, count);
  })
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('-n, --lines <number>', 'the last so many, or "all" that it keeps; default 200, with -f none', lineCount);
  add('run <command> [args...]', 'one server, supervised, on stdin and stdout', (cli, command) =>
    asServer(cli, async () => (await import('./commands/run.ts')).runServer(cli, command)),
  ).addHelpText('after', RUN_HELP);
  add('connect', 'the gateway for one client, on stdin and stdout', (cli, _args, { url }) =>
    asServer(cli, async () => (await import('./commands/connect.ts')).connect(cli, optional(url, 'string'))),
  )
    .option('--url <url>', 'of a manager elsewhere; its token from HOLDFAST_TOKEN')
    .addHelpText('after', CONNECT_HELP);
  addEditing(program, action);
  add('doctor', 'look at this machine: what will not work, and what to do', async cli =>
    (await import('./commands/doctor.ts')).doctor(cli),
  ).addHelpText(
    'after',
    `
It changes nothing and starts no server. With a configuration it also looks at the command of each server.
Ends with 0 when there is no problem (warnings are fine), else with 1.`,
  );
  add('demo', 'three real servers to try it with', async cli => (await import('./commands/demo.ts')).demo(cli), true);

  addService(program, action);
  program
    .command('config')
    .description('"config check [file]": every mistake of the configuration, and what will run')
    .command('check [file]')
    .description('tell every mistake, and with --explain what will run')
    .option('--explain', 'what will run for each server, from where and why')
    .action(
      action(async (cli, [file], { explain }) =>
        (await import('./commands/config-check.ts')).configCheck(cli, file, explain === true),
      ),
    );
  return program;
}

function logLevel(text: string): LogLevel | undefined {
  if (text === '') return undefined;
  const level = LOG_LEVELS.find(candidate => candidate === text.toLowerCase());
  if (level === undefined) throw new InvalidArgumentError(`expected one of ${LOG_LEVELS.join(', ')}.`);
  return level;
}

/** An option as commander gives it, which is of no type. */
function optional(value: unknown, type: 'string'): string | undefined;
function optional(value: unknown, type: 'number'): number | undefined;
function optional(value: unknown, type: 'string' | 'number'): unknown {
  return typeof value === type ? value : undefined;
}

function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('expected a port, 0 to 65535.');
  return Number(text);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('expected whole milliseconds.');
  return Number(text);
}

/** Commander's words in our form: lower-case, no full stop, what to do apart. */
function usageError({ code, message }: CommanderError, named: Command | undefined): UsageError {
  const help = `see "holdfast ${named === undefined ? '' : `${named.name()} `}--help"`;
  if (code === 'commander.help') return new UsageError(`"${named?.name()}" needs a command after it`, help);
  const isOfServer = code === 'commander.unknownOption' && (named?.name() === 'run' || named?.name() === 'add');
  const [what = '', guess] = message.replace(/^error: /, '').split('\n');
  const suggestion = /\(Did you mean (?:one of )?(.*)\?\)/.exec(guess ?? '')?.[1];
  const words = what
    .replace(/'([^']*)'/g, '"$1"')
    .replace(/\. expected/i, ': expected')
    .replace(/\.$/, '');
  if (isOfServer)
    return new UsageError(
      words,
      `put "--" before the server's command: holdfast ${named?.name() === 'add' ? 'add NAME' : 'run'} -- npx -y …; ${help}`,
    );
  return new UsageError(words, suggestion === undefined ? help : `did you mean "${suggestion}"? ${help}`);
}
