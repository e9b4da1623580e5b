import { visible } from '../../errors/visible.ts';

/** A command as it will run, whole: people decide by it, so that nothing is cut off, and nothing in it can look like something else. */
export function commandLine(words: readonly string[]): string {
  return words.map(word => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : visible(JSON.stringify(word)))).join(' ');
}
