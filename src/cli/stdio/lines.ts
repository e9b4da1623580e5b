import { LineFramer, type LineFramerOptions } from '../../process/framing.ts';

/** Reads lines until the stream ends, whoever ends it; `onEnd` is called once then. Returns how to stop reading before that. */
export function readLines(stream: NodeJS.ReadableStream, options: LineFramerOptions, onEnd: () => void): Disposable {
  const framer = new LineFramer(options);
  let isOver = false;
  const stop = (): void => {
    isOver = true;
    stream.off('data', take);
    stream.pause();
  };
  const take = (chunk: Buffer): void => framer.push(chunk);
  const end = (): void => {
    if (isOver) return;
    stop();
    framer.end();
    onEnd();
  };
  stream.on('data', take);
  stream.once('end', end);
  stream.once('close', end);
  // A client that was killed breaks its pipe; to us that is its end.
  stream.on('error', end);
  return { [Symbol.dispose]: stop };
}
