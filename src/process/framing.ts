import { OversizeScanner } from './oversize.ts';

const LF = 0x0a;
const CR = 0x0d;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** What the line may hold beyond the limit until it is trimmed: a byte order mark and a carriage return. */
const TRIMMED_BYTES = BOM.length + 1;

export interface OversizeLine {
  /** Length of the whole line in bytes, without its newline. */
  readonly bytes: number;
  /** Raw JSON text of the message's id; `null` where there is none, or more than one, or it is neither string nor number. */
  readonly id: string | null;
  /** True for a request or notification: then `id` belongs to the sender and names none of our own calls. */
  readonly hasMethod: boolean;
}

export interface LineFramerOptions {
  /** Longest line that is delivered, in bytes, without its line ending. */
  readonly maxBytes: number;
  /** Called with every line that is not empty. The bytes may be a view into the pushed chunk. Must not throw. */
  onLine(line: Buffer): void;
  /** Called once for each line over the limit, at its end; the lines after it are delivered as usual. Must not throw. */
  onOversize(line: OversizeLine): void;
}

/**
 * Splits a byte stream at newlines, wherever the chunks begin and end: `\n` or `\r\n`, a byte order mark at the very
 * beginning is dropped, empty lines are skipped. Bytes are never decoded, so invalid UTF-8 is the reader's question.
 *
 * A line in one chunk is a view of it; a line over several is joined once. A line over the limit is not stored.
 */
export class LineFramer {
  readonly #options: LineFramerOptions;
  readonly #kept = new ByteList();
  #scanner: OversizeScanner | null = null;
  #discarded = 0;
  #atBeginning = true;

  constructor(options: LineFramerOptions) {
    this.#options = options;
  }

  /** How many bytes of an unfinished line are held; never more than `maxBytes` and the few bytes of a line ending. */
  get bufferedBytes(): number {
    return this.#kept.size;
  }

  /** How many bytes of the unfinished line have been thrown away; 0 unless it is over the limit. */
  get discardedBytes(): number {
    return this.#discarded;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const newline = chunk.indexOf(LF, at);
      if (newline === -1) {
        this.#keep(at === 0 ? chunk : chunk.subarray(at));
        return;
      }
      this.#finish(chunk.subarray(at, newline));
      at = newline + 1;
    }
  }

  /** The stream has ended: a last line without a newline is delivered. */
  end(): void {
    if (this.#kept.size > 0 || this.#scanner !== null) this.#finish(Buffer.alloc(0));
  }

  #keep(piece: Buffer): void {
    if (this.#scanner === null && this.#kept.size + piece.length > this.#options.maxBytes + TRIMMED_BYTES) {
      this.#scanner = new OversizeScanner();
      for (const part of this.#kept.take()) this.#discard(this.#scanner, part);
    }
    if (this.#scanner === null) this.#kept.add(piece);
    else this.#discard(this.#scanner, piece);
  }

  #finish(last: Buffer): void {
    this.#keep(last);
    if (this.#scanner === null) {
      const parts = this.#kept.take();
      const [only] = parts;
      const line = this.#trim(only !== undefined && parts.length === 1 ? only : Buffer.concat(parts));
      if (line.length <= this.#options.maxBytes) {
        if (line.length > 0) this.#options.onLine(line);
        return;
      }
      this.#scanner = new OversizeScanner();
      this.#discard(this.#scanner, line);
    }
    const info = { bytes: this.#discarded, ...this.#scanner.found() };
    this.#scanner = null;
    this.#discarded = 0;
    this.#atBeginning = false;
    this.#options.onOversize(info);
  }

  #discard(scanner: OversizeScanner, piece: Buffer): void {
    this.#discarded += piece.length;
    scanner.push(piece);
  }

  #trim(line: Buffer): Buffer {
    const start = this.#atBeginning && line.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
    this.#atBeginning = false;
    return line.subarray(start, line[line.length - 1] === CR ? line.length - 1 : line.length);
  }
}

/** So many pieces are looked at together, to merge them where they are small. */
const RUN = 512;
const SMALL_BYTES = 4096;

/**
 * Pieces of one line. A sender that writes a byte at a time would cost a hundred bytes of object for each,
 * so runs of small pieces are merged; large ones stay as they are and are copied only by the final join.
 */
class ByteList {
  #settled: Buffer[] = [];
  #run: Buffer[] = [];
  #runBytes = 0;
  size = 0;

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.size += piece.length;
    this.#run.push(piece);
    this.#runBytes += piece.length;
    if (this.#run.length < RUN) return;
    if (this.#runBytes < RUN * SMALL_BYTES) this.#settled.push(Buffer.concat(this.#run, this.#runBytes));
    else this.#settled.push(...this.#run);
    this.#run = [];
    this.#runBytes = 0;
  }

  /** All pieces in order; the list is empty afterwards. */
  take(): Buffer[] {
    const pieces = this.#settled.length === 0 ? this.#run : [...this.#settled, ...this.#run];
    this.#settled = [];
    this.#run = [];
    this.#runBytes = 0;
    this.size = 0;
    return pieces;
  }
}
