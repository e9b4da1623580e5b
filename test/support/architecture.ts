import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import {
  doors,
  freeTestFolders,
  houseTests,
  importTable,
  MAX_LINES,
  platformDoor,
  type Row,
  typesOpenToAll,
} from './house-rules.ts';
import { type Import, importsOf, withoutComments } from './import-scan.ts';

/** Paths below src/ with `/` between folders, or from the root where they begin with `web/` → the text of each file. */
export type Sources = ReadonlyMap<string, string>;

/** One sentence per broken rule: where, what, and what to do. Empty when the house stands. */
export function importViolations(sources: Sources): string[] {
  return each(sources, (file, source) => {
    const row = importTable[unitOf(file)];
    if (row === undefined) {
      return [
        `${shown(file)}: "${unitOf(file)}" has no row in the import table: give it one in DESIGN §11 and house-rules.ts`,
      ];
    }
    return importsOf(source).flatMap(found => {
      const target = ownFile(file, found);
      return target === null ? foreignViolations(file, row, found) : ownViolations(file, row, found, target);
    });
  });
}

/** Rings of files that import each other's values; `import type` is erased and closes no ring. */
export function cycles(sources: Sources): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) {
      const ring = [...path.slice(start), file].map(shown).join(' → ');
      found.push(`${ring}: an import cycle: move what both need into a file of its own, or use "import type"`);
    }
    if (start >= 0 || done.has(file)) return;
    for (const imported of importsOf(sources.get(file) ?? '')) {
      const target = ownFile(file, imported);
      if (target !== null && !imported.isType) visit(target, [...path, file]);
    }
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  return found;
}

const ASKS_FOR_PLATFORM =
  /\bprocess\s*\??\.\s*platform\b|\bprocess\[\s*['"`]platform|\{[^}]*\bplatform\b[^}]*\}\s*=\s*process\b|\bos\.platform\(|import\s*\{[^}]*\bplatform\b[^}]*\}\s*from\s*['"](node:)?(os|process)['"]/;

/** Files that ask for the operating system themselves. */
export function platformViolations(sources: Sources): string[] {
  return each(sources, (file, source) =>
    file !== platformDoor && ASKS_FOR_PLATFORM.test(withoutComments(source))
      ? [
          `${shown(file)} asks for the platform: only src/${platformDoor} may; take the os as an argument, or import "os" from there if the table allows it`,
        ]
      : [],
  );
}

/** Files that are too long. */
export function lengthViolations(sources: Sources): string[] {
  return each(sources, (file, source) => {
    const lines = source.split('\n').length - (source.endsWith('\n') ? 1 : 0);
    return lines >= MAX_LINES
      ? [`${shown(file)} has ${lines} lines, the limit is ${MAX_LINES}: find its second concern and give that a file`]
      : [];
  });
}

/** Tests that are about no file: `test/a/b.test.ts` or `test/a/b.part.test.ts` is about `src/a/b.ts`. Paths are below test/. */
export function mirrorViolations(testFiles: readonly string[], sources: Sources): string[] {
  return testFiles
    .filter(file => file.endsWith('.test.ts') && !freeTestFolders.includes(unitOf(file)) && !houseTests.includes(file))
    .map(file => ({ file, mirrored: posix.join(posix.dirname(file), `${posix.basename(file).split('.')[0]}.ts`) }))
    .map(({ file, mirrored }) => ({ file, mirrored: mirrored.replace(/^web\//, 'web/src/') }))
    .filter(({ mirrored }) => !sources.has(mirrored))
    .map(
      ({ file, mirrored }) =>
        `test/${file} is about no file: there is no ${shown(mirrored)}; name the test after what it tests, or move it to test/scenarios/`,
    );
}

function each(sources: Sources, look: (file: string, source: string) => readonly string[]): string[] {
  return [...sources].flatMap(([file, source]) => look(file, source));
}

/** The row of the table that a file belongs to: its first folder, or the file itself where it has none. */
function unitOf(file: string): string {
  return file.split('/')[0] ?? file;
}

/** The path, as in `Sources`, of an import of our own, or null for a package or a Node module. */
function ownFile(file: string, { specifier }: Import): string | null {
  if (!specifier.startsWith('.')) return null;
  return posix.join(posix.dirname(shown(file)), specifier).replace(/^src\//, '');
}

/** The path from the root. */
function shown(file: string): string {
  return file.startsWith('web/') ? file : `src/${file}`;
}

function ownViolations(file: string, row: Row, { isType }: Import, target: string): string[] {
  const [from, to] = [unitOf(file), unitOf(target)];
  const allowed = (list: readonly string[]): boolean =>
    list.includes('*') || list.includes(to) || list.includes(target);
  const forbidden = row.never?.includes(to) === true || row.never?.includes(target) === true;
  if (from === to || (isType && typesOpenToAll.includes(target))) return [];
  if (!forbidden && (allowed(row.may) || (isType && allowed(row.types ?? [])))) return [];
  const typeOnly = !forbidden && allowed(row.types ?? []);
  const advice = typeOnly ? 'write "import type"' : `${from} may import ${inWords(row)}; move the code, or pass it in`;
  return [`${shown(file)} imports ${isType ? 'types of' : 'values of'} ${shown(target)}: ${advice} (DESIGN §11)`];
}

function foreignViolations(file: string, row: Row, { specifier, isType }: Import): string[] {
  const found: string[] = [];
  const isNode = specifier.startsWith('node:') || builtinModules.includes(specifier);
  if (row.pure === true) {
    found.push(
      `${shown(file)} imports ${isNode ? 'a Node module' : 'a package'}, "${specifier}": ${unitOf(file)} is pure; take what it gives as an argument`,
    );
  }
  const door = doors.find(({ module }) => module.test(specifier));
  if (door !== undefined && door.file !== file) {
    found.push(`${shown(file)} imports "${specifier}": ${door.what} has one door, src/${door.file}; go through it`);
  } else if (door?.typesOnly === true && !isType) {
    found.push(
      `${shown(file)} imports values of "${specifier}": write "import type"; the package must run without ${door.what}`,
    );
  }
  return found;
}

function inWords({ may, types = [], never = [] }: Row): string {
  const values = may.includes('*') ? 'all' : may.join(', ') || 'nothing';
  return (
    [values, ...types.map(name => `${name === '*' ? 'anything' : name} (types only)`)].join(', ') +
    (never.length > 0 ? ` but ${never.join(' and ')}` : '')
  );
}
