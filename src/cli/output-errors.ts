/**
 * Whoever reads our output may go away first: `holdfast tools | head` ends the pipe, closing a window ends the terminal. Writing goes on
 * into nothing then. Any other error of the stream is told as usual.
 */
export function forgiveGoneReaders(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const isGone =
        error.code === 'EPIPE' || error.code === 'EIO' || error.code === 'EOF' || error.code === 'ERR_STREAM_DESTROYED';
      if (!isGone) throw error;
    });
  }
}
