import type { Clock } from '../../process/clock.ts';

/** No answer takes longer on a machine that is well; a network drive that hangs would take for ever. */
const DEADLINE_MS = 8_000;

export class TooLate extends Error {
  override readonly name = 'TooLate';

  constructor() {
    super(`no answer within ${DEADLINE_MS / 1_000} s`);
  }
}

/** The result of `run`, which is given up after the deadline. @throws TooLate */
export function inTime<T>(clock: Clock, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(DEADLINE_MS, () => reject(new TooLate()));
    run()
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}
