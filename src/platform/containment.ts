import { os } from './platform.ts';
import { posixContainment } from './posix.ts';
import type { Containment } from './process-group.ts';
import { windowsContainment } from './windows.ts';

/** The strongest containment that this platform gives. */
export const containment: Containment = os === 'windows' ? windowsContainment : posixContainment;
