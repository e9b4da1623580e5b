import { nearest } from '../errors/nearest.ts';
import type { Report } from './report.ts';
import type { KeyPath } from './source.ts';

/** One server's wish, as it stands in the file. */
export interface Dependent {
  readonly name: string;
  readonly dependsOn: readonly string[];
  /** Where its `dependsOn` stands. */
  readonly path: KeyPath;
}

/** Every name must be one of `names` (all that the file knows, run or not), and nobody may wait for himself. */
export function checkDependencies(dependents: readonly Dependent[], names: readonly string[], report: Report): void {
  for (const { dependsOn, path } of dependents) {
    for (const [index, wanted] of dependsOn.entries()) {
      // An empty one is told by the schema.
      if (wanted === '' || names.includes(wanted)) continue;
      const close = nearest(wanted, names);
      const hint = close === undefined ? '' : `: did you mean "${close}"?`;
      report.error([...path, index], `expected the name of a server, got ${JSON.stringify(wanted)}${hint}`);
    }
  }
  for (const { dependent, index, cycle } of cycles(dependents)) {
    report.error([...dependent.path, index], `servers wait for each other: ${cycle.join(' → ')}`);
  }
}

/** Each cycle once, at the entry that closes it in the file's order. The walk keeps its own stack: files can be long. */
function* cycles(
  dependents: readonly Dependent[],
): Generator<{ dependent: Dependent; index: number; cycle: readonly string[] }> {
  const byName = new Map(dependents.map(dependent => [dependent.name, dependent]));
  const done = new Set<string>();
  for (const start of dependents) {
    if (done.has(start.name)) continue;
    const stack = [{ dependent: start, index: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { dependent } = top;
      const index = top.index++;
      const wanted = dependent.dependsOn[index];
      if (wanted === undefined) {
        done.add(dependent.name);
        stack.pop();
        continue;
      }
      const from = stack.findIndex(frame => frame.dependent.name === wanted);
      if (from >= 0) {
        const cycle = [...stack.slice(from).map(frame => frame.dependent.name), wanted];
        yield { dependent, index, cycle };
        continue;
      }
      const next = byName.get(wanted);
      if (next !== undefined && !done.has(wanted)) stack.push({ dependent: next, index: 0 });
    }
  }
}
