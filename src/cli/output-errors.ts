import { UsageError } from './usage-error.ts';

/** What we print is refused where it goes: no mistake of ours, and none in how the command was written. */
export class OutputError extends UsageError {
  constructor(cause: Error) {
    super(`the output cannot be written: ${cause.message}`, 'free space where it goes, or send it elsewhere');
    this.cause = cause;
  }
}

/**
 * Whoever reads our output may go away first: `holdfast tools | head` ends the pipe, closing a window ends the terminal. Writing goes on
 * into nothing then. Any other error of the stream ends the command: in good order where it listens to what nobody caught, else by `fail`.
 */
export function forgiveGoneReaders(streams: readonly NodeJS.WriteStream[], fail: (error: OutputError) => void): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const isGone =
        error.code === 'EPIPE' || error.code === 'EIO' || error.code === 'EOF' || error.code === 'ERR_STREAM_DESTROYED';
      if (isGone) return;
      if (process.listenerCount('uncaughtException') > 0) throw new OutputError(error);
      fail(new OutputError(error));
    });
  }
}
