import { type BigIntStats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Redactor } from '../config/redactor.ts';
import { ConfigError } from '../errors/config-error.ts';
import type { Manager } from '../manager.ts';

/** What is asked for is the state of one file, links followed: that works on every disk, and however editors write. */
const LOOK_MS = 500;

/**
 * What changes in the configuration file counts from then on, until the result is disposed of. Mistakes in it are told by the manager's
 * events, and change nothing; `onFail` hears of what nobody foresaw. A file that has changed since it was read counts as well.
 */
export function followConfig(
  manager: Pick<Manager, 'reload' | 'configuration'>,
  file: string,
  onFail: (error: unknown) => void,
): Disposable {
  const { loadedAt } = manager.configuration();
  const now = statSync(file, { bigint: true, throwIfNoEntry: false });
  const isNewer = now === undefined || now.mtimeMs > BigInt(Date.parse(loadedAt));
  let read = isNewer ? '' : markOf(now);
  /** Read once it is seen twice: whoever writes in several steps is done by then. */
  let seen = read;
  const look = async (): Promise<void> => {
    const mark = await stat(file, { bigint: true }).then(markOf, () => ABSENT);
    if (mark === seen && mark !== read) {
      read = mark;
      // It lasts until all that is new is ready, or given up: what mends it must not have to wait so long.
      manager.reload().catch((error: unknown) => {
        if (!(error instanceof ConfigError)) onFail(error);
      });
    }
    seen = mark;
  };
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
    });
  }, LOOK_MS);
  timer.unref();
  return {
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

const ABSENT = 'absent';

const markOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].join(' ');

/** Takes the secrets of every configuration of this manager out of a text. */
export function redactorOf(manager: Pick<Manager, 'config' | 'on'>): (text: string) => string {
  const redactor = new Redactor(manager.config);
  manager.on('config.loaded', () => redactor.add(manager.config));
  return redactor.redact;
}
