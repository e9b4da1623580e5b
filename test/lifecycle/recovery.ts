import type { Driver } from './driver.ts';

/** A ready server crashes and is cleaned up; tells what it came to, and what that waits for (ms). */
export function crashOnce(driver: Driver): string {
  driver.play('crash', 'cleaned');
  return `${driver.state} ${driver.dueIn}`;
}

/** The same for a server that comes up each time and crashes at once; it is left on its way up. */
export function crashAgainAndAgain(driver: Driver, rounds: number): string[] {
  return Array.from({ length: rounds }, () => {
    const told = crashOnce(driver.comeUp());
    driver.play('due');
    return told;
  });
}

/** Ready for so long, with a sign of life. */
export function liveFor(driver: Driver, ms: number): void {
  driver.play('proven');
  const end = driver.now + ms;
  const { due } = driver.model.state;
  if (due !== null && due <= end) driver.play('due');
  driver.now = end;
}
