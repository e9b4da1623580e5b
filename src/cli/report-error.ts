import { type Cli, note, printJson, redactUnknown } from './context.ts';
import { type ExitCode, exitCodeOf } from './exit-codes.ts';
import { shortPath } from './places.ts';
import { errorBody, renderError } from './render/error.ts';
import { themeFor } from './render/theme.ts';

/** Tells why a command failed, for people on stderr or with `--json` on stdout, and gives its exit code. */
export function reportError(cli: Cli, error: unknown, redact: (line: string) => string = redactUnknown): ExitCode {
  const code = exitCodeOf(error);
  if (cli.options.json) {
    printJson(cli, { error: errorBody(error, redact) });
    return code;
  }
  const isDebug = cli.options.logLevel === 'debug' || cli.options.logLevel === 'trace';
  const theme = themeFor(cli.stderr, cli.env);
  const lines = renderError(error, { theme, redact, isDebug, shorten: path => shortPath(path, cli.cwd) });
  note(cli, lines.join('\n'));
  return code;
}
