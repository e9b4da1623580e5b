// Trees of processes that are hard to be rid of, each as a server.
import { readdirSync, readFileSync } from 'node:fs';
import { os } from '../../src/platform/platform.ts';
import { type ServerSpec, served } from './managed.ts';

export interface Tree {
  readonly servers: Readonly<Record<string, ServerSpec>>;
  /** So many processes are to be seen before the ending, at least. */
  readonly processes: number;
  /** Stopped by a signal once it runs. */
  readonly isStopped?: true;
  /** So many clients, each with `processes` of its own: where the manager is an endpoint. */
  readonly clients?: number;
  /** It never becomes ready. */
  readonly isNeverReady?: true;
}

const one = (name: string, spec: ServerSpec, processes: number, more: Partial<Tree> = {}): Tree => ({
  servers: { [name]: spec },
  processes,
  ...more,
});

const slow = { startup: { initializeMs: 600_000 } };

/** By name, as the table has them. */
export const trees: Readonly<Record<string, Tree>> = {
  plain: one('plain', served('well-behaved'), 1),
  'sh → node → node': one('wrapped', served('wrapper', { args: ['ignores-everything'] }), 2),
  'npx chain': one(
    'chain',
    { command: 'npm', args: ['exec', '-y', '--', process.execPath, ...(served('ignores-eof').args ?? [])] },
    2,
  ),
  'ignores EOF': one('deaf', served('ignores-eof'), 1),
  'ignores SIGTERM': one('defiant', served('ignores-sigterm'), 1),
  'ignores all': one('stubborn', served('ignores-everything'), 1),
  'double fork, setsid': one('escaped', served('leaves-the-group'), 2),
  SIGSTOPped: one('frozen', served('ignores-eof'), 1, { isStopped: true }),
  'grandchild holds stdout': one('held', served('holds-stdout'), 2),
  'still connecting': one('mute', served('never-initializes', { holdfast: slow }), 1, { isNeverReady: true }),
  'instances per client': one('own', served('holds-stdout', { holdfast: { sharing: 'perClient' } }), 2, { clients: 3 }),
  '20 at once': {
    servers: Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`many-${n}`, served('ignores-eof')])),
    processes: 20,
  },
};

/** The living processes that were started with this value of TREE, by /proc alone. */
export function livingOf(mark: string, tree: string): number[] {
  if (os !== 'linux') throw new Error('processes are found by /proc');
  const wanted = [`HOLDFAST_TEST_MARK=${mark}\0`, `TREE=${tree}\0`];
  return readdirSync('/proc').flatMap(name => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
      if (!wanted.every(text => environment.includes(text))) return [];
      const state = /\) (\S)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1];
      return state === 'Z' || state === 'X' ? [] : [Number(name)];
    } catch (error) {
      if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
      throw error;
    }
  });
}
