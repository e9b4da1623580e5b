import { type Cli, note, printJson, redactUnknown } from './context.ts';
import { type ExitCode, exitCodeOf } from './exit-codes.ts';
import { shortPath } from './places.ts';
import { errorBody, renderError } from './render/error.ts';
import { themeFor } from './render/theme.ts';
import { OUR_MARK } from './stdio/tell.ts';

/** Tells why a command failed, for people on stderr or with `--json` on stdout, and gives its exit code. `mark` begins each line. */
export function reportError(cli: Cli, error: unknown, mark = ''): ExitCode {
  const code = exitCodeOf(error);
  if (cli.options.json) {
    printJson(cli, { error: errorBody(error, redactUnknown) });
    return code;
  }
  const isDebug = cli.options.logLevel === 'debug' || cli.options.logLevel === 'trace';
  const theme = themeFor(cli.stderr, cli.env);
  const lines = renderError(error, {
    theme,
    redact: redactUnknown,
    isDebug,
    shorten: path => shortPath(path, cli.cwd),
  });
  note(cli, lines.map(line => mark + line).join('\n'));
  return code;
}

/** Does the work of a command that is some client's server. Why it fails stands on stderr among a server's lines, and each of ours says so. */
export async function asServer(cli: Cli, work: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await work();
  } catch (error) {
    return reportError(cli, error, OUR_MARK);
  }
}
