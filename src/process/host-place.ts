import { type Os, os } from '../platform/platform.ts';

/** What command resolution needs to know of this machine and of the Node that runs us. */
export function hostPlace(): { os: Os; nodePath: string; versions: { node: string } } {
  return { os, nodePath: process.execPath, versions: { node: process.versions.node } };
}
