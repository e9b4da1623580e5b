// A message that is too long to keep still has to be answered for: its caller waits for its id. The id may stand behind
// 100 MB of result, so the bytes are read as they pass by, with a state and one short token as the only memory.

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Longest key or id that is looked at, in raw bytes; a longer id is reported as none. */
const MAX_TOKEN_BYTES = 1024;

/** Where we are in the outermost object; `nested` is anywhere below it, `done` means that nothing more is of interest. */
type Mode = 'start' | 'key' | 'colon' | 'value' | 'scalar' | 'nested' | 'after' | 'done';

/** Finds the top-level `id` of one JSON message in constant memory, wherever it stands and however it is cut into chunks. */
export class OversizeScanner {
  #mode: Mode = 'start';
  #inString = false;
  /** An odd number of backslashes stands before the next byte. */
  #escaped = false;
  #depth = 0;
  #member: 'id' | 'other' = 'other';

  #token = Buffer.alloc(MAX_TOKEN_BYTES);
  #tokenBytes = 0;
  #capturing = false;

  #ids: (string | null)[] = [];
  #hasMethod = false;

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.#mode !== 'done') {
      if (this.#inString) at = this.#string(chunk, at);
      else if (this.#mode === 'nested') at = this.#nested(chunk, at);
      else at = this.#topLevel(chunk, at);
    }
  }

  /** What is known so far: the id's raw text, `null` unless there is exactly one and it is a string or a number. */
  found(): { id: string | null; hasMethod: boolean } {
    const [id = null] = this.#ids;
    return { id: this.#ids.length === 1 ? id : null, hasMethod: this.#hasMethod };
  }

  #string(chunk: Buffer, at: number): number {
    let from = at;
    for (;;) {
      const quote = chunk.indexOf(QUOTE, from);
      const end = quote === -1 ? chunk.length : quote;
      let run = end;
      while (run > from && chunk[run - 1] === BACKSLASH) run--;
      const odd = (end - run + (run === from && this.#escaped ? 1 : 0)) % 2 === 1;
      this.#escaped = quote === -1 && odd;
      if (quote === -1 || !odd) {
        const next = quote === -1 ? end : end + 1;
        this.#capture(chunk, at, next);
        if (quote !== -1) this.#closeString();
        return next;
      }
      from = quote + 1;
    }
  }

  #closeString(): void {
    this.#inString = false;
    if (this.#mode === 'key') {
      const key = this.#tokenValue();
      this.#member = key === 'id' ? 'id' : 'other';
      this.#hasMethod ||= key === 'method';
      this.#mode = 'colon';
    } else if (this.#mode === 'value') {
      this.#closeValue();
    }
  }

  #closeValue(): void {
    if (this.#member === 'id') {
      const value = this.#tokenValue();
      const usable = typeof value === 'string' || typeof value === 'number';
      // Two are enough to know that the id is ambiguous; a hostile message may hold millions.
      if (this.#ids.length < 2) this.#ids.push(usable ? this.#token.toString('utf8', 0, this.#tokenBytes) : null);
    }
    this.#capturing = false;
    this.#mode = 'after';
  }

  #nested(chunk: Buffer, at: number): number {
    for (let i = at; i < chunk.length; i++) {
      const byte = chunk[i];
      if (byte === QUOTE) {
        this.#inString = true;
        return i + 1;
      }
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++;
      else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --this.#depth === 0) {
        this.#closeValue();
        return i + 1;
      }
    }
    return chunk.length;
  }

  /** Takes one byte outside of strings; returns the index that comes next. */
  #topLevel(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0;
    switch (this.#mode) {
      case 'start':
        if (byte === OPEN_BRACE) this.#mode = 'key';
        else if (!isSpace(byte) && !isBom(byte)) this.#mode = 'done';
        return at + 1;
      case 'key':
        if (byte === QUOTE) this.#openToken(chunk, at, true);
        else if (!isSpace(byte)) this.#mode = 'done';
        return at + 1;
      case 'colon':
        if (byte === COLON) this.#mode = 'value';
        else if (!isSpace(byte)) this.#mode = 'done';
        return at + 1;
      case 'value':
        return this.#openValue(chunk, at, byte);
      case 'scalar':
        if (byte !== COMMA && byte !== CLOSE_BRACE && !isSpace(byte)) {
          this.#capture(chunk, at, at + 1);
          return at + 1;
        }
        this.#closeValue();
        return at;
      default:
        if (byte === COMMA) this.#mode = 'key';
        else if (!isSpace(byte)) this.#mode = 'done';
        return at + 1;
    }
  }

  #openValue(chunk: Buffer, at: number, byte: number): number {
    if (isSpace(byte)) return at + 1;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      this.#tokenBytes = 0;
      this.#capturing = false;
      this.#depth = 1;
      this.#mode = 'nested';
    } else {
      this.#openToken(chunk, at, byte === QUOTE);
      if (byte !== QUOTE) this.#mode = 'scalar';
    }
    return at + 1;
  }

  #openToken(chunk: Buffer, at: number, isString: boolean): void {
    this.#inString = isString;
    this.#capturing = this.#mode === 'key' || this.#member === 'id';
    this.#tokenBytes = 0;
    this.#capture(chunk, at, at + 1);
  }

  #capture(chunk: Buffer, start: number, end: number): void {
    if (!this.#capturing) return;
    if (this.#tokenBytes + end - start > MAX_TOKEN_BYTES) {
      this.#capturing = false;
      this.#tokenBytes = 0;
    } else {
      this.#tokenBytes += chunk.copy(this.#token, this.#tokenBytes, start, end);
    }
  }

  /** The captured token as a value; `undefined` where it was too long or is no JSON. */
  #tokenValue(): unknown {
    try {
      return JSON.parse(this.#token.toString('utf8', 0, this.#tokenBytes));
    } catch {
      // Not an error of ours: a token that is no JSON names no member and no call.
      return undefined;
    }
  }
}

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
const isBom = (byte: number): boolean => byte === 0xef || byte === 0xbb || byte === 0xbf;
