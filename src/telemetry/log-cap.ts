import type { FileFacts } from './log-disk.ts';
import { parseLogFileName } from './log-names.ts';

/** So many files there may be at most: a `run` of ever other commands would make ever more, however small. */
const MOST_FILES = 1_000;

/**
 * Which files have to go so that all of them together take no more than `maxBytes`: of those that were put aside the oldest first, whosever
 * they are, then those in use that nobody has written to for longest.
 */
export function overCap(files: readonly FileFacts[], maxBytes: number, mostFiles = MOST_FILES): string[] {
  const ours = files.flatMap(file => {
    const parsed = parseLogFileName(file.name);
    return parsed === null ? [] : [{ ...file, age: parsed.age, isInUse: parsed.age === 0 }];
  });
  ours.sort((a, b) => Number(a.isInUse) - Number(b.isInUse) || a.changedAt - b.changedAt || b.age - a.age);
  let bytes = ours.reduce((sum, file) => sum + file.bytes, 0);
  let count = ours.length;
  const gone: string[] = [];
  for (const file of ours) {
    if (bytes <= maxBytes && count <= mostFiles) break;
    gone.push(file.name);
    bytes -= file.bytes;
    count--;
  }
  return gone;
}

/**
 * How a file is put aside, once it is full: what is removed, then what is renamed, in this order. `files` are kept of each, the one in use
 * among them; of what was kept under a larger number nothing stays.
 */
export function turn(ages: readonly number[], files: number): { readonly removed: number[]; readonly moved: number[] } {
  return {
    removed: ages.filter(age => age >= files - 1),
    moved: ages.filter(age => age < files - 1).sort((a, b) => b - a),
  };
}
