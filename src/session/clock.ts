/** Time, for the layers above, which know no processes. */
export { type Clock, systemClock } from '../process/clock.ts';
