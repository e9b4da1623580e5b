const LF = 0x0a;
const NEWLINE = Buffer.from([LF]);
const ELLIPSIS = '…';

// Terminal sequences: CSI (colours, cursor), strings such as titles and links up to their terminator, two-byte ones.
// A sequence that was cut off is removed as far as it goes.
const TERMINAL_SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
  /\u001b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~]?)/g;
/** A frame of the trace that Node prints when it aborts: an address, on Windows without a name, and more of them than the tail has lines. */
const NATIVE_FRAME = /^ *\d+: (?:0x)?[\da-f]{6,}(?: |$)/i;
const CONTROL_CHARACTER = /[^\P{Cc}\t]/gu;

export interface OutputTailOptions {
  /** How many lines are kept; 40. */
  readonly maxLines?: number;
  /** Longest line in bytes of UTF-8, the ellipsis included; 8,192. */
  readonly maxLineBytes?: number;
  /** How much is kept in all, in bytes of UTF-8; 64 KiB. */
  readonly maxBytes?: number;
}

/**
 * The last lines of what a server wrote for people: its stderr, or what it put on stdout between the messages.
 * Lines are fit to be shown: invalid UTF-8 replaced, terminal sequences and control characters removed,
 * only the last of several states of one line (progress bars with `\r`), blank lines left out. Frames of native stack traces are
 * passed on but not kept: on Windows they would push out the words that say what happened.
 *
 * Memory is bounded whatever is pushed.
 */
export class OutputTail {
  readonly #maxLines: number;
  readonly #maxLineBytes: number;
  readonly #maxBytes: number;
  #lines: { text: string; bytes: number }[] = [];
  #bytes = 0;
  #count = 0;
  #first: string | null = null;
  /** The unfinished line, as bytes: a character cut by a chunk border is whole again when the line is decoded. */
  #pending: Buffer | null = null;
  #pendingBytes = 0;
  #cut = false;
  /** Takes lines that are no words of the server's own: they are neither kept nor passed on. True for those that it took. */
  divert: (line: string) => boolean = () => false;

  constructor(options: OutputTailOptions = {}) {
    this.#maxLines = options.maxLines ?? 40;
    this.#maxLineBytes = options.maxLineBytes ?? 8192;
    this.#maxBytes = options.maxBytes ?? 64 * 1024;
  }

  /** Takes bytes as they come; returns the lines that they completed. */
  push(chunk: Buffer): string[] {
    const completed: string[] = [];
    let at = 0;
    while (at < chunk.length) {
      const newline = chunk.indexOf(LF, at);
      const end = newline === -1 ? chunk.length : newline;
      this.#append(chunk.subarray(at, end));
      if (newline !== -1) completed.push(...this.#complete());
      at = end + 1;
    }
    return completed;
  }

  /** Takes one whole line without its newline, such as a line of stdout that is no message. */
  pushLine(line: Buffer): string[] {
    return [...this.push(line), ...this.push(NEWLINE)];
  }

  /** The stream has ended: completes a last line that has no newline. */
  flush(): string[] {
    return this.#complete();
  }

  /** The last lines, oldest first. */
  lines(): readonly string[] {
    return this.#lines.map(line => line.text);
  }

  /** The very first line there was, also when the tail has left it behind. */
  first(): string | null {
    return this.#first;
  }

  /** How many lines there were in all. */
  get count(): number {
    return this.#count;
  }

  /** How many bytes are held: kept lines and the unfinished one. */
  get bufferedBytes(): number {
    return this.#bytes + this.#pendingBytes;
  }

  #append(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pending ??= Buffer.alloc(this.#maxLineBytes);
    const copied = piece.copy(this.#pending, this.#pendingBytes);
    this.#pendingBytes += copied;
    if (copied < piece.length) this.#cut = true;
  }

  #complete(): string[] {
    const bytes = this.#pending?.subarray(0, this.#pendingBytes);
    const cut = this.#cut;
    this.#pendingBytes = 0;
    this.#cut = false;
    // `stream` leaves out a character that the cut has halved.
    const shown = bytes === undefined ? '' : clean(new TextDecoder().decode(bytes, { stream: cut }));
    if (shown === '') return [];
    const text = this.#shorten(shown, cut);
    if (this.divert(text)) return [];
    this.#count++;
    this.#first ??= text;
    if (!NATIVE_FRAME.test(text)) this.#remember(text);
    return [text];
  }

  #shorten(text: string, cut: boolean): string {
    const bytes = Buffer.from(text);
    if (!cut && bytes.length <= this.#maxLineBytes) return text;
    let end = Math.min(bytes.length, this.#maxLineBytes - Buffer.byteLength(ELLIPSIS));
    while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
    return bytes.toString('utf8', 0, end) + ELLIPSIS;
  }

  #remember(text: string): void {
    const bytes = Buffer.byteLength(text);
    this.#lines.push({ text, bytes });
    this.#bytes += bytes;
    while (this.#lines.length > this.#maxLines || this.#bytes > this.#maxBytes) {
      this.#bytes -= this.#lines.shift()?.bytes ?? 0;
    }
  }
}

/** What a terminal would show of the line in the end. */
function clean(line: string): string {
  const states = line.replace(TERMINAL_SEQUENCE, '').split('\r');
  const shown = states.map(state => state.replace(CONTROL_CHARACTER, '').trimEnd());
  return shown.findLast(state => state !== '') ?? '';
}
