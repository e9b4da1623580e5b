import { rpcErrorOf } from '../../errors/rpc-error.ts';
import { StdioPort } from '../../gateway/stdio-port.ts';
import { errorResponse } from '../../session/json-text.ts';
import { type Cli, redactUnknown } from '../context.ts';
import { listenToEnds } from '../interrupts.ts';
import { flushed } from './flushed.ts';
import { readLines } from './lines.ts';
import { unableError } from './unable-error.ts';

/** A first request needs no more. */
const MAX_LINE_BYTES = 1024 * 1024;
const LAST_WORDS_MS = 500;

/**
 * Tells a client, by the answer to its first request, why it will not be served: one that hears nothing of it tells its user nothing.
 * Resolves when it has been told, or is not there (any more).
 */
export async function refuseClient(cli: Cli, cause: unknown): Promise<void> {
  if (cli.stdin.isTTY) return;
  const { code, message, data } = rpcErrorOf(unableError(cause, redactUnknown), redactUnknown, true);
  await new Promise<void>(resolve => {
    const done = (): void => {
      lines[Symbol.dispose]();
      ends[Symbol.dispose]();
      resolve();
    };
    const port = new StdioPort({
      input: cli.stdin,
      output: cli.stdout,
      maxLineBytes: MAX_LINE_BYTES,
      onMessage(envelope) {
        if (envelope.kind !== 'request') return;
        port.send(errorResponse(envelope.id.raw, code, message, data));
        done();
      },
      onGone: done,
    });
    const framing = {
      maxBytes: MAX_LINE_BYTES,
      onLine: (line: Buffer) => port.line(line),
      onOversize: (line: Parameters<StdioPort['longLine']>[0]) => port.longLine(line),
    };
    const ends = listenToEnds({ stop: done, hasten: done, fail: done });
    const lines = readLines(cli.stdin, framing, done);
  });
  await flushed(cli.stdout, LAST_WORDS_MS);
  cli.stdin.destroy();
}
