import type { IOType } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { PassThrough, type Stream, Writable } from 'node:stream';
import type { HoldfastEvent } from './events.ts';

/** Where a server's stderr goes, as `child_process.spawn` has it. */
export type StderrTarget = IOType | Stream | number;

/** Lines that a slow reader leaves waiting beyond this many bytes are dropped: nothing else would bound our memory. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** Copies what servers write to stderr, line by line and free of terminal sequences, from the events to a stream. */
export class StderrCopy {
  /** For `pipe` and `overlapped`: what there is to read, over all lives of the server. */
  readonly readable: PassThrough | null;
  readonly #writable: Writable | null;
  readonly #isOurs: boolean;

  /** @throws TypeError where the target cannot be written to. */
  constructor(target: StderrTarget) {
    this.readable = target === 'pipe' || target === 'overlapped' ? new PassThrough() : null;
    this.#writable = this.readable ?? writableOf(target);
    this.#isOurs = this.readable !== null || typeof target === 'number';
  }

  readonly listener = (event: HoldfastEvent): void => {
    if (event.type !== 'server.output' || event.stream !== 'stderr') return;
    const writable = this.#writable;
    if (writable?.writable === true && writable.writableLength < MAX_WAITING_BYTES) writable.write(`${event.line}\n`);
  };

  /** Ends the stream that was made here; one that was given stays open. */
  end(): void {
    if (this.#isOurs) this.#writable?.end();
  }
}

function writableOf(target: StderrTarget): Writable | null {
  if (target === 'ignore') return null;
  if (target === 'inherit') return process.stderr;
  if (typeof target === 'number') return createWriteStream('', { fd: target, autoClose: false });
  if (target instanceof Writable) return target;
  throw new TypeError('"stderr" must be "inherit", "pipe", "ignore", a writable stream or a file descriptor');
}
