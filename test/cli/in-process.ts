// A command called as a function: what costs a process each time otherwise, where only its work is tested.
import { PassThrough } from 'node:stream';
import { type Cli, cliOf, type GlobalOptions } from '../../src/cli/context.ts';
import { type ExitCode, exitCodeOf } from '../../src/cli/exit-codes.ts';
import { reportError } from '../../src/cli/report-error.ts';

export interface Ended {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Calls it in a folder, whose state is its own too; an error is told as the program tells it. */
export async function callIn(
  folder: string,
  work: (cli: Cli) => Promise<ExitCode>,
  options: Partial<GlobalOptions> = {},
): Promise<Ended> {
  const stdout = new PassThrough().setEncoding('utf8');
  const stderr = new PassThrough().setEncoding('utf8');
  const cli: Cli = {
    ...cliOf({ json: false, stateDir: folder, ...options }),
    env: {},
    cwd: folder,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
  };
  const code = await work(cli).catch((error: unknown) => {
    reportError(cli, error);
    return exitCodeOf(error);
  });
  return { code, stdout: stdout.read() ?? '', stderr: stderr.read() ?? '' };
}
