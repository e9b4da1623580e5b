import type { Cli } from '../context.ts';
import type { View } from './view.ts';

/** Nobody empties the file that a manager in the background writes to. */
const MOST_CHARACTERS = 64 * 1024;

/** For a manager in the background, whose log files tell what happens: words for people alone, and no more than a file can hold. */
export function quietView({ stderr }: Pick<Cli, 'stderr'>): View {
  let left = MOST_CHARACTERS;
  return {
    opened: () => undefined,
    event: () => undefined,
    stopping: () => undefined,
    say(text) {
      left -= text.length;
      if (left > 0) stderr.write(`${text}\n`);
    },
    close: () => undefined,
  };
}
