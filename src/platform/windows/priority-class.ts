import type { Priority } from '../priority.ts';

/** …_PRIORITY_CLASS of processthreadsapi.h. The real-time class is not offered: it can starve the mouse and the disk. */
export const PRIORITY_CLASS: Readonly<Record<Priority, number>> = {
  idle: 0x40,
  belowNormal: 0x4000,
  normal: 0x20,
  aboveNormal: 0x8000,
  high: 0x80,
};
