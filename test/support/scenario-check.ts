// Looks at a scenario file's own process before its first test and after its last: whatever the tests start is given back.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { eventually } from './eventually.ts';

/** What a process holds at a moment, each kind with its number or its names. */
export interface Holdings {
  /** Processes that this one has started. */
  readonly children: readonly string[];
  /** Open descriptors (Linux), by what they are. */
  readonly descriptors: ReadonlyMap<string, number>;
  /** What keeps the event loop alive. */
  readonly resources: ReadonlyMap<string, number>;
  /** Temporary files and folders. */
  readonly temporary: readonly string[];
}

/** The test runner's own, which come and go with its tests. */
const RUNNERS = new Set(['Timeout', 'Immediate', 'FSReqPromise', 'FSReqCallback', 'TTYWrap']);

/** Registers the check for the whole file; to be called once, outside of all tests. */
export function checkBeforeAndAfter(): void {
  const variable = os === 'windows' ? 'TEMP' : 'TMPDIR';
  const usual = process.env[variable];
  let folder = '';
  let first: Holdings;
  before(async () => {
    // A folder that nobody else writes to, for this process and all that it starts.
    folder = await mkdtemp(join(tmpdir(), 'holdfast-scenario-'));
    process.env[variable] = folder;
    first = await holdings();
  });
  after(async () => {
    try {
      const isGivenBack = async () => excess(first, await holdings()).length === 0;
      // Not its own error: what is left is worth more than how long was waited.
      await eventually(isGivenBack, { what: 'everything to be given back' }).catch(async () =>
        assert.deepEqual(excess(first, await holdings()), [], 'held at the end, and not at the beginning'),
      );
    } finally {
      if (usual === undefined) delete process.env[variable];
      else process.env[variable] = usual;
      await rm(folder, { recursive: true, force: true });
    }
  });
}

export async function holdings(): Promise<Holdings> {
  return {
    children: await childrenOf(process.pid),
    descriptors: tally(os === 'linux' ? readdirSync('/proc/self/fd').map(kindOf) : []),
    resources: tally(process.getActiveResourcesInfo().filter(kind => !RUNNERS.has(kind))),
    temporary: readdirSync(tmpdir()),
  };
}

/** What `now` holds beyond `then`, in words. */
export function excess(then: Holdings, now: Holdings): string[] {
  const more = (kind: string, a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>) =>
    [...b].flatMap(([name, count]) =>
      count > (a.get(name) ?? 0) ? [`${kind} ${name}: ${a.get(name) ?? 0}, now ${count}`] : [],
    );
  const fresh = (kind: string, a: readonly string[], b: readonly string[]) =>
    b.filter(name => !a.includes(name)).map(name => `${kind} ${name}`);
  return [
    ...fresh('child', then.children, now.children),
    ...more('descriptor', then.descriptors, now.descriptors),
    ...more('resource', then.resources, now.resources),
    ...fresh('temporary', then.temporary, now.temporary),
  ];
}

function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** `pipe`, `socket`, `anon_inode`, or the path of a file. */
function kindOf(descriptor: string): string {
  const path = `/proc/self/fd/${descriptor}`;
  try {
    return readlinkSync(path).replace(/:.*/, '');
  } catch (error) {
    // The one by which the folder was read is gone.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return 'gone';
  }
}

async function childrenOf(pid: number): Promise<string[]> {
  const file = `/proc/self/task/${pid}/children`;
  if (!existsSync(file)) return [];
  return (await readFile(file, 'utf8')).split(' ').filter(Boolean);
}
