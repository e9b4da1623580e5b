/** Sends a signal to a process, or by a negative number to a group. One that has gone, or is not ours any more, is let be. */
export function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    // ESRCH: it ended by itself meanwhile. EPERM: not ours any more (setuid); it will show among the survivors.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
