import { OversizeScanner } from '../process/oversize.ts';

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const DATA = Buffer.from('data:');
const NEWLINE = Buffer.from([LF]);
/** Longest line that is no `data`: a field's name, an id, a type. */
const MAX_FIELD_BYTES = 4_096;

export interface SseEvent {
  /** `message` where the stream names none. */
  readonly type: string;
  readonly data: string;
}

/** An event whose data was over the limit and has been skipped; `id` and `hasMethod` are those of the JSON-RPC message in it. */
export interface OversizeEvent {
  readonly bytes: number;
  readonly id: string | null;
  readonly hasMethod: boolean;
}

export interface SseListener {
  /** Must not throw. */
  onEvent(event: SseEvent): void;
  onOversize(event: OversizeEvent): void;
}

/**
 * Reads an event stream, as the HTML standard has it, wherever the chunks begin and end. An event that has not ended when the stream
 * does is dropped. Memory is bounded by `maxBytes` of data and one short line, whatever is pushed.
 */
export class SseParser {
  readonly #maxBytes: number;
  readonly #listener: SseListener;
  #line: Buffer[] = [];
  #lineBytes = 0;
  /** Known of a long line only. */
  #isData: boolean | null = null;
  /** What a line over its limit is: the rest of it is not kept. */
  #skipping: 'data' | 'field' | null = null;
  #afterCr = false;
  #isFirstLine = true;

  #type = '';
  #data: Buffer[] = [];
  #dataBytes = 0;
  #scanner: OversizeScanner | null = null;
  #pendingId: string | null = null;
  #lastEventId: string | null = null;
  #retryMs: number | null = null;

  constructor(maxBytes: number, listener: SseListener) {
    this.#maxBytes = maxBytes;
    this.#listener = listener;
  }

  /** Of the last event that ended, where a stream that breaks can be taken up again; null before the first, `''` where it was taken back. */
  get lastEventId(): string | null {
    return this.#lastEventId;
  }

  /** How long the server asks to wait before the stream is taken up again. */
  get retryMs(): number | null {
    return this.#retryMs;
  }

  push(chunk: Buffer): void {
    let at = 0;
    if (this.#afterCr && chunk.length > 0) {
      this.#afterCr = false;
      if (chunk[0] === LF) at = 1;
    }
    let lf = chunk.indexOf(LF, at);
    while (at < chunk.length) {
      if (lf !== -1 && lf < at) lf = chunk.indexOf(LF, at);
      const cr = (lf === -1 ? chunk : chunk.subarray(0, lf)).indexOf(CR, at);
      const end = cr === -1 ? lf : cr;
      if (end === -1) return this.#keep(chunk.subarray(at));
      this.#keep(chunk.subarray(at, end));
      this.#endLine();
      at = end + 1;
      if (chunk[end] !== CR) continue;
      if (at === chunk.length) this.#afterCr = true;
      else if (chunk[at] === LF) at++;
    }
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    if (this.#skipping !== null) {
      if (this.#skipping === 'data') this.#discard(piece);
      return;
    }
    this.#line.push(piece);
    this.#lineBytes += piece.length;
    // A sender of single bytes must not cost an object for each.
    if (this.#line.length >= 512) this.#line = [Buffer.concat(this.#line)];
    if (this.#lineBytes <= MAX_FIELD_BYTES) return;
    this.#isData ??= this.#looksLikeData();
    if (!this.#isData) {
      this.#skipping = 'field';
      this.#line = [];
    } else if (this.#dataBytes + this.#lineBytes > this.#maxBytes + DATA.length + BOM.length + 1) {
      this.#skipping = 'data';
      this.#addData(afterName(this.#takeLine(), DATA.length));
    }
  }

  /** Of a line that is too long for anything else. */
  #looksLikeData(): boolean {
    const head = Buffer.concat(this.#line);
    this.#line = [head];
    const start = this.#isFirstLine && head.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
    return head.subarray(start, start + DATA.length).equals(DATA);
  }

  #endLine(): void {
    const skipped = this.#skipping;
    this.#skipping = null;
    const line = this.#takeLine();
    if (skipped !== null) return;
    if (line.length === 0) return this.#endEvent();
    const colon = line.indexOf(COLON);
    if (colon === 0) return;
    const name = (colon === -1 ? line : line.subarray(0, colon)).toString('utf8');
    const value = colon === -1 ? Buffer.alloc(0) : afterName(line, colon + 1);
    switch (name) {
      case 'data':
        return this.#addData(value);
      case 'event':
        this.#type = value.toString('utf8');
        return;
      case 'id':
        if (!value.includes(0)) this.#pendingId = value.toString('utf8');
        return;
      case 'retry': {
        const text = value.toString('latin1');
        if (/^\d{1,9}$/.test(text)) this.#retryMs = Number(text);
      }
    }
  }

  /** The whole line, joined once; a byte order mark at the very beginning is no part of it. */
  #takeLine(): Buffer {
    const [only] = this.#line;
    const line = only !== undefined && this.#line.length === 1 ? only : Buffer.concat(this.#line);
    this.#line = [];
    this.#lineBytes = 0;
    this.#isData = null;
    const isFirst = this.#isFirstLine;
    this.#isFirstLine = false;
    return isFirst && line.subarray(0, BOM.length).equals(BOM) ? line.subarray(BOM.length) : line;
  }

  #addData(value: Buffer): void {
    if (this.#data.length > 0 || this.#scanner !== null) this.#piece(NEWLINE);
    this.#piece(value);
  }

  #piece(bytes: Buffer): void {
    if (this.#scanner === null && this.#dataBytes + bytes.length > this.#maxBytes) {
      this.#scanner = new OversizeScanner();
      for (const part of this.#data) this.#scanner.push(part);
      this.#data = [];
    }
    if (this.#scanner !== null) return this.#discard(bytes);
    this.#data.push(bytes);
    this.#dataBytes += bytes.length;
    // Empty lines of data without end are short, but not nothing.
    if (this.#data.length >= 1_024) this.#data = [Buffer.concat(this.#data)];
  }

  #discard(bytes: Buffer): void {
    this.#dataBytes += bytes.length;
    this.#scanner?.push(bytes);
  }

  #endEvent(): void {
    const type = this.#type === '' ? 'message' : this.#type;
    const [data, bytes, scanner] = [this.#data, this.#dataBytes, this.#scanner];
    this.#type = '';
    this.#data = [];
    this.#dataBytes = 0;
    this.#scanner = null;
    // It counts also where there is no data: servers begin a stream with such an event, so that it can be taken up.
    this.#lastEventId = this.#pendingId;
    if (scanner !== null) return this.#listener.onOversize({ bytes, ...scanner.found() });
    if (bytes > 0) this.#listener.onEvent({ type, data: Buffer.concat(data).toString('utf8') });
  }
}

/** The value behind the colon; one space belongs to neither. */
function afterName(line: Buffer, from: number): Buffer {
  return line.subarray(line[from] === SPACE ? from + 1 : from);
}
