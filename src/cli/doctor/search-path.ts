import type { Os } from '../../platform/platform.ts';
import { readVariable } from '../../process/environment.ts';
import { pathsOf } from '../../process/resolve/place.ts';
import type { Check, World } from './check.ts';
import { ok, problem, together, type Verdict, warning } from './finding.ts';

export const pathCheck: Check = {
  id: 'path',
  topic: 'programs',
  title: 'PATH',
  run: async world => pathVerdict(await readPath(world)),
};

export const pathextCheck: Check = {
  id: 'pathext',
  topic: 'programs',
  title: 'PATHEXT',
  only: 'windows',
  run: ({ os, cli }) => pathextVerdict(readVariable(os, cli.env, 'PATHEXT')),
};

/** More cmd.exe cannot expand; a batch file then sees no PATH at all. */
const CMD_MOST = 8_191;
/** The longest variable that Linux hands to a program (MAX_ARG_STRLEN), less its name. */
const LINUX_MOST = 131_072 - 6;

export interface PathFacts {
  readonly os: Os;
  /** As it is set; undefined where it is not. */
  readonly value: string | undefined;
  /** The folders that it names and that are not there. */
  readonly missing: readonly string[];
}

export function pathVerdict({ os, value, missing }: PathFacts): Verdict {
  if (value === undefined || value === '') {
    return problem('it is not set: no command is found by its name', 'set PATH where Holdfast is started', {
      entries: 0,
    });
  }
  const entries = entriesOf(os, value);
  const named = entries.filter(entry => entry !== '');
  const relative = named.filter(entry => !pathsOf({ os }).isAbsolute(entry));
  const empty = entries.length - named.length;
  const details = { entries: entries.length, length: value.length, empty, relative, missing };
  const found: Verdict[] = [];
  const most = os === 'windows' ? CMD_MOST : LINUX_MOST;
  if (value.length > most) {
    const what = os === 'windows' ? 'batch files do not see it' : 'no program can be started with it';
    found.push(
      warning(`it is too long (${value.length} characters, ${most} at most): ${what}`, 'shorten PATH', details),
    );
  }
  // A closing separator is what installers leave, and means nothing on Windows.
  if (empty > 0 && os !== 'windows') {
    const hint = 'take the empty entries (a ":" too many) out of PATH';
    found.push(warning('an empty entry stands for whatever folder one is in; servers do not get it', hint, details));
  }
  if (relative.length > 0) {
    const what = `${list(relative)}: found or not depending on the folder`;
    found.push(warning(`relative ${what}`, 'write full paths in PATH', details));
  }
  const [first, ...others] = found;
  if (first !== undefined) return together([first, ...others]);
  const gone = missing.length === 0 ? '' : `; not there: ${list(missing)}`;
  return ok(`${entries.length} folders${gone}`, details);
}

export function pathextVerdict(value: string | undefined): Verdict {
  if (value === undefined || value.trim() === '') {
    return ok('not set; servers get .COM;.EXE;.BAT;.CMD', { value: null });
  }
  const listed = value.split(';').map(entry => entry.trim().toUpperCase());
  const lacking = ['.EXE', '.CMD'].filter(extension => !listed.includes(extension));
  if (lacking.length === 0) return ok(value, { value });
  const effect = lacking.includes('.EXE') ? 'programs are not found by name' : 'npx and its like are not found';
  return problem(`it lacks ${lacking.join(' and ')}: ${effect}`, 'set PATHEXT to .COM;.EXE;.BAT;.CMD;.VBS;.JS', {
    value,
    lacking,
  });
}

async function readPath({ os, cli, place }: World): Promise<PathFacts> {
  const value = readVariable(os, cli.env, 'PATH');
  const folders = [...new Set(entriesOf(os, value ?? ''))].filter(entry => pathsOf(place).isAbsolute(entry));
  const kinds = await Promise.all(folders.map(folder => place.files.kind(folder)));
  return { os, value, missing: folders.filter((_, index) => kinds[index] !== 'directory') };
}

function entriesOf(os: Os, value: string): string[] {
  const entries = value.split(pathsOf({ os }).delimiter);
  return os === 'windows' ? entries.map(entry => entry.replaceAll('"', '').trim()) : entries;
}

function list(folders: readonly string[]): string {
  const others = folders.length - 2;
  return others > 0 ? `${folders.slice(0, 2).join(', ')} and ${others} more` : folders.join(', ');
}
