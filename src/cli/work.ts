import type { Cli } from './context.ts';
import type { ExitCode } from './exit-codes.ts';

/** A command's work, loaded when it is asked for. */
export type Work = (cli: Cli, args: readonly string[], options: Readonly<Record<string, unknown>>) => Promise<ExitCode>;

/** Makes of it what commander calls. */
export type ToAction = (work: Work) => (...params: unknown[]) => Promise<void>;
