import { createInterface } from 'node:readline/promises';
import type { Cli } from './context.ts';
import { UsageError } from './usage-error.ts';

export type Answer = 'yes' | 'no' | 'interrupted';

/** What the person at the terminal says; without one, `--yes` has to say it. @throws UsageError */
export async function ask(cli: Cli, question: string, isYes: boolean): Promise<Answer> {
  if (isYes) return 'yes';
  if (!cli.stdin.isTTY || cli.options.json) {
    throw new UsageError('there is nobody to ask', 'look at what it would do with --dry-run, then say --yes');
  }
  const terminal = createInterface({ input: cli.stdin, output: cli.stderr });
  try {
    // Without a listener Ctrl-C closes the interface, as the end of the input does; the question alone would be waited for in vain.
    const unanswered = new Promise<'interrupted' | 'ended'>(resolve => {
      terminal.once('SIGINT', () => resolve('interrupted'));
      terminal.once('close', () => resolve('ended'));
    });
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), unanswered]);
    if (answer === 'interrupted' || answer === 'ended') cli.stderr.write('\n');
    if (answer === 'interrupted') return answer;
    return /^(y|yes)$/i.test(answer.trim()) ? 'yes' : 'no';
  } finally {
    terminal.close();
  }
}
