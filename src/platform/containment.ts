import type { Containment } from './child.ts';
import { os } from './platform.ts';
import { posixContainment } from './posix.ts';
import { windowsContainment } from './windows/containment.ts';

/** The strongest containment that this platform gives. */
export const containment: Containment = os === 'windows' ? windowsContainment : posixContainment;
