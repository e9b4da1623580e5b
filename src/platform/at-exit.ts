import type { ProcessGroup } from './process-group.ts';

/** Time between asking and insisting while this process ends; nothing else runs meanwhile. */
const GRACE_MS = 100;

const groups = new Set<ProcessGroup>();

/**
 * Ends the group should this process end by itself while it lives: `process.exit()`, an uncaught error, an event loop that ran
 * empty. Returns how to call that off. A signal that kills us outright leaves no moment for it; servers then see their stdin's end.
 */
export function endAtExit(group: ProcessGroup): () => void {
  if (groups.size === 0) process.on('exit', endAll);
  groups.add(group);
  return () => {
    groups.delete(group);
    if (groups.size === 0) process.off('exit', endAll);
  };
}

/** An exit listener gets no further turn of the event loop, so all of this is synchronous. */
function endAll(): void {
  signalAll('terminate');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, GRACE_MS);
  signalAll('kill');
}

function signalAll(what: 'terminate' | 'kill'): void {
  for (const group of groups) {
    try {
      group.signalNow(what);
    } catch {
      // Out of file descriptors, say. The others are to hear it all the same; this one is left to the guardian.
    }
  }
}
