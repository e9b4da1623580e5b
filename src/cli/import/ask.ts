import { createInterface } from 'node:readline/promises';
import type { Cli } from '../context.ts';
import { UsageError } from '../usage-error.ts';

/** Whether the person at the terminal agrees; without one, `--yes` has to say so. @throws UsageError */
export async function agrees(cli: Cli, question: string, isYes: boolean): Promise<boolean> {
  if (isYes) return true;
  if (!cli.stdin.isTTY || cli.options.json) {
    throw new UsageError('there is nobody to ask', 'look at what it would do with --dry-run, then say --yes');
  }
  const terminal = createInterface({ input: cli.stdin, output: cli.stderr });
  try {
    // The end of the input is no answer, and Ctrl-C is a refusal.
    const gone = new Promise<string>(resolve => terminal.once('close', () => resolve('')));
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), gone]);
    return /^(y|yes)$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
