import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Found, isAlive, processesWith } from './processes.ts';

export { type Found, isAlive, processesWith } from './processes.ts';

export interface LeftoverOptions {
  /** Texts of an environment or command line that only the processes in question have. */
  readonly markers?: readonly string[];
  readonly pids?: readonly number[];
  /** How long they may take to go; default 15,000. */
  readonly timeoutMs?: number;
}

/** Those of the processes in question that live at this moment. */
async function leftovers({ markers = [], pids = [] }: LeftoverOptions): Promise<Found[]> {
  const found = new Map<number, Found>();
  for (const marker of markers)
    for (const process of (await processesWith(marker)) ?? []) found.set(process.pid, process);
  for (const pid of pids) if (!found.has(pid) && (await isAlive(pid))) found.set(pid, { pid, command: '?' });
  return [...found.values()];
}

/** Waits until none of the processes in question lives; fails with their pids and commands if some stay. */
export async function assertNothingLeft(options: LeftoverOptions): Promise<void> {
  const { timeoutMs = 15_000 } = options;
  const end = performance.now() + timeoutMs;
  let left = await leftovers(options);
  while (left.length > 0 && performance.now() < end) {
    await delay(20);
    left = await leftovers(options);
  }
  const list = left.map(({ pid, command }) => `${pid} ${command}`).join('\n  ');
  assert.equal(left.length, 0, `left over after ${timeoutMs} ms:\n  ${list}`);
}

export interface Sandbox {
  /** The value of HOLDFAST_TEST_MARK. */
  readonly mark: string;
  /** To be put into the environment of every server of the test, so that its processes are found. */
  readonly env: { readonly HOLDFAST_TEST_MARK: string; readonly HOLDFAST_TEST_PIDS: string };
  /** A folder of the test's own, with its real path; removed at the end. */
  readonly folder: string;
  /** Runs `cleanup` after the test and before the check, the last one given first. */
  later(cleanup: () => unknown): void;
  /** The marked or recorded processes that live now. */
  living(): Promise<Found[]>;
}

/**
 * Gives a test a mark and a folder, and fails it if a process with the mark lives, or the folder stays, after its cleanups.
 * What was left is then killed, so that one leaking test does not spoil the next.
 */
export async function withNothingLeft(t: TestContext, options: { timeoutMs?: number } = {}): Promise<Sandbox> {
  const mark = randomUUID();
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-test-')));
  const pidFile = join(folder, 'pids');
  const question = () => ({
    ...options,
    markers: [`HOLDFAST_TEST_MARK=${mark}`],
    pids: existsSync(pidFile) ? readFileSync(pidFile, 'utf8').split('\n').filter(Boolean).map(Number) : [],
  });
  const cleanups: (() => unknown)[] = [];

  t.after(async () => {
    try {
      for (const cleanup of cleanups.reverse()) await cleanup();
    } finally {
      try {
        await assertNothingLeft(question());
      } finally {
        await killAll(question());
        await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
      }
      assert.equal(existsSync(folder), false, `${folder} is still there`);
    }
  });

  return {
    mark,
    env: { HOLDFAST_TEST_MARK: mark, HOLDFAST_TEST_PIDS: pidFile },
    folder,
    later: cleanup => void cleanups.push(cleanup),
    living: () => leftovers(question()),
  };
}

async function killAll(question: LeftoverOptions): Promise<void> {
  for (const { pid } of await leftovers(question)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
