import { constants, existsSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { controlPaths } from '../../daemon/control-socket.ts';
import { readHolder } from '../../daemon/instance-lock.ts';
import type { Os } from '../../platform/platform.ts';
import { findStateDir, isStateDirNamed } from '../places.ts';
import type { Check, World } from './check.ts';
import { ok, problem, together, type Verdict, warning } from './finding.ts';

export const stateFolderCheck: Check = {
  id: 'stateFolder',
  topic: 'holdfast',
  title: 'state folder',
  run: async world => stateFolderVerdict(await readStateFolder(world)),
};

export interface StateFolderFacts {
  readonly os: Os;
  readonly path: string;
  /** What stands there; null where nothing does. */
  readonly there: { readonly isFolder: boolean; readonly mode: number; readonly uid: number } | null;
  /** Whether we may write there; where there is no folder yet, into the nearest one above it. */
  readonly isWritable: boolean;
  /** The nearest folder that exists. */
  readonly nearest: string;
  /** Ours; null where the system has none. */
  readonly uid: number | null;
  /** Where the control socket may lie, the best place first. */
  readonly sockets: readonly string[];
  /** Pid of the manager that works with it; null where none does. */
  readonly manager: number | null;
}

const HINT_ELSEWHERE = 'name another with --state-dir';

export function stateFolderVerdict(facts: StateFolderFacts): Verdict {
  const { path, there, isWritable, nearest, sockets, manager } = facts;
  const [socket] = sockets;
  const mode = there === null || facts.os === 'windows' ? null : (there.mode & 0o777).toString(8);
  const details = { path, exists: there !== null, mode, isWritable, socket: socket ?? null, manager };
  if (there !== null && !there.isFolder) return problem(`${path} is no folder`, HINT_ELSEWHERE, details);
  if (!isWritable) {
    const hint = `make ${nearest} writable, or ${HINT_ELSEWHERE}`;
    return problem(`${nearest} cannot be written to`, hint, details);
  }
  const found: Verdict[] = [];
  if (socket === undefined) {
    found.push(problem('its path is too long for a socket, and no other place will do', HINT_ELSEWHERE, details));
  }
  if (there !== null && facts.uid !== null && there.uid !== facts.uid) {
    found.push(warning(`${path} belongs to somebody else (uid ${there.uid})`, HINT_ELSEWHERE, details));
  }
  if (there !== null && facts.os !== 'windows' && (there.mode & 0o077) !== 0) {
    found.push(warning(`${path} is open to others (mode ${mode})`, `chmod 700 ${path}`, details));
  }
  const [first, ...others] = found;
  if (first !== undefined) return together([first, ...others]);
  const state = there === null ? 'is made by the first start' : 'is there';
  const holder = manager === null ? '' : `; manager ${manager} works with it`;
  const moved =
    facts.os === 'windows' || socket?.startsWith(path) === true
      ? ''
      : '; its path is long, so the socket lies elsewhere';
  return ok(`${path} ${state}${holder}${moved}`, details);
}

/** The state folder; `shown` is what there is to look at: of a configuration that is not there only the folder around its own. */
export function stateDirOf({ cli, loaded }: World): { readonly own: string; readonly shown: string } {
  const isKnown = isStateDirNamed(cli) || (loaded.file !== null && existsSync(loaded.file));
  const own = findStateDir(cli, isKnown ? loaded.file : null);
  return { own, shown: isKnown ? own : dirname(own) };
}

async function readStateFolder(world: World): Promise<StateFolderFacts> {
  const { os, cli } = world;
  const { own, shown: path } = stateDirOf(world);
  const there = await look(path);
  let nearest = path;
  for (let above = dirname(nearest); (await look(nearest)) === null && above !== nearest; above = dirname(nearest)) {
    nearest = above;
  }
  const uid = process.geteuid?.() ?? null;
  return {
    os,
    path,
    there,
    isWritable: await isWritable(nearest),
    nearest,
    uid,
    sockets: controlPaths({ stateDir: own, env: cli.env, os, uid: uid ?? 0, tmp: tmpdir() }),
    manager: (await readHolder(path))?.pid ?? null,
  };
}

async function look(path: string): Promise<StateFolderFacts['there']> {
  try {
    const found = await stat(path);
    return { isFolder: found.isDirectory(), mode: found.mode, uid: found.uid };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
    throw error;
  }
}
