import { overCap, turn } from './log-cap.ts';
import type { LogDisk } from './log-disk.ts';
import { logFileName, parseLogFileName } from './log-names.ts';

/** What `status` tells of the log files. */
export interface LogsStatus {
  readonly folder: string;
  /** `degraded`: lines wait in memory, as long as there is room, and are then dropped. */
  readonly status: 'ok' | 'degraded';
  readonly reason: string | null;
  /** Since the start. */
  readonly droppedLines: number;
}

/** Time as an argument; `Clock` of the process layer is one. */
export interface LogClock {
  now(): number;
  setTimer(ms: number, run: () => void): { cancel(): void };
}

export interface LogFilesOptions {
  readonly folder: string;
  readonly disk: LogDisk;
  readonly clock: LogClock;
  readonly maxFileBytes: number;
  /** Kept of each stem, the one in use among them. */
  readonly files: number;
  readonly maxTotalBytes: number;
  readonly onDegraded: (reason: string) => void;
  readonly onRecovered: (droppedLines: number) => void;
}

/** What waits to be written takes no more; it is for all files together. */
const MAX_WAITING_BYTES = 2 * 1024 * 1024;
/** So much at a time: other files wait no longer than for this. */
const CHUNK_BYTES = 64 * 1024;
/** Lines that come together are written together. */
const PAUSE_MS = 50;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
/** A disk that has worked for so long is a good one again. */
const FORGIVEN_MS = 600_000;
/** A stop does not wait longer for a disk that does not answer. */
const LAST_WORDS_MS = 2_000;

interface Chunk {
  readonly stem: string;
  readonly bytes: Buffer;
}

/**
 * Writes lines to files of one folder, each put aside when it is full, all of them under one cap. It never throws and never blocks: what
 * cannot be written waits in bounded memory, and is tried again. One operation is under way at a time, so that a disk that hangs holds
 * one thread of Node's pool.
 */
export class LogFiles {
  readonly #options: LogFilesOptions;
  readonly #limit: number;
  /** How much may be written between two looks at the whole folder. */
  readonly #step: number;
  readonly #waiting = new Map<string, Buffer[]>();
  #waitingBytes = 0;
  /** Was not, or not wholly, taken by the disk. */
  #rest: Chunk | null = null;
  #isWriting = false;
  #timer: { cancel(): void } | null = null;
  #unlooked = Number.POSITIVE_INFINITY;
  #reason: string | null = null;
  #failedAt = Number.NEGATIVE_INFINITY;
  #retryMs = FIRST_RETRY_MS;
  #dropped = 0;
  #untold = 0;
  #isClosing = false;
  #onIdle: (() => void) | null = null;

  constructor(options: LogFilesOptions) {
    this.#options = options;
    const { maxFileBytes, maxTotalBytes } = options;
    // A small cap is not to be one file, of which all would be lost at once.
    this.#limit = Math.min(maxFileBytes, Math.floor(maxTotalBytes / 4));
    this.#step = Math.min(this.#limit, Math.floor(maxTotalBytes / 20));
  }

  get status(): LogsStatus {
    const { folder } = this.#options;
    const reason = this.#reason;
    return { folder, status: reason === null ? 'ok' : 'degraded', reason, droppedLines: this.#dropped };
  }

  /** `line` ends with a line break. */
  write(stem: string, line: string): void {
    const bytes = Buffer.from(line);
    if (this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      this.#dropped++;
      this.#untold++;
      this.#degrade('more is to be written than the disk takes');
      return;
    }
    this.#waitingBytes += bytes.length;
    const lines = this.#waiting.get(stem);
    if (lines === undefined) this.#waiting.set(stem, [bytes]);
    else lines.push(bytes);
    if (!this.#isWriting) this.#soon(PAUSE_MS);
  }

  /** Resolves when all is written, or as far as the disk takes it. */
  close(): Promise<void> {
    this.#isClosing = true;
    this.#timer?.cancel();
    this.#timer = null;
    return new Promise(resolve => {
      const patience = this.#options.clock.setTimer(LAST_WORDS_MS, resolve);
      this.#onIdle = () => {
        patience.cancel();
        resolve();
      };
      if (!this.#isWriting) void this.#drain();
    });
  }

  #soon(ms: number): void {
    if (this.#isClosing) return;
    this.#timer ??= this.#options.clock.setTimer(ms, () => {
      this.#timer = null;
      void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#isWriting = true;
    try {
      do {
        for (let chunk = this.#next(); chunk !== null; chunk = this.#next()) {
          this.#rest = chunk;
          await this.#put(chunk);
        }
        // Which may be told in the files, too.
        this.#recover();
      } while (this.#waiting.size > 0);
    } catch (error) {
      const now = this.#options.clock.now();
      if (now - this.#failedAt > FORGIVEN_MS) this.#retryMs = FIRST_RETRY_MS;
      this.#failedAt = now;
      this.#degrade(whyNot(error));
      this.#soon(this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
    } finally {
      this.#isWriting = false;
      this.#onIdle?.();
    }
  }

  #next(): Chunk | null {
    if (this.#rest !== null) return this.#rest;
    const [first] = this.#waiting;
    if (first === undefined) return null;
    const [stem, lines] = first;
    let bytes = 0;
    let count = 0;
    while (count < lines.length && (count === 0 || bytes + (lines[count]?.length ?? 0) <= CHUNK_BYTES)) {
      bytes += lines[count]?.length ?? 0;
      count++;
    }
    // To the end of the line: each file has its turn.
    this.#waiting.delete(stem);
    if (count < lines.length) this.#waiting.set(stem, lines.slice(count));
    return { stem, bytes: Buffer.concat(lines.slice(0, count)) };
  }

  async #put({ stem, bytes }: Chunk): Promise<void> {
    const { disk } = this.#options;
    if (this.#unlooked + bytes.length > this.#step) await this.#holdCap();
    const name = logFileName(stem);
    let written = await disk.append(name, bytes, this.#limit);
    if (written === null) {
      await this.#turn(stem, bytes.length);
      written = await disk.append(name, bytes, this.#limit * 2);
      if (written === null) throw new Error('its files cannot be put aside');
    }
    if (written === 0) throw new Error('the disk takes nothing');
    this.#unlooked += written;
    this.#waitingBytes -= written;
    this.#rest = written === bytes.length ? null : { stem, bytes: bytes.subarray(written) };
  }

  /** Where another process is at it, or the file is held open by a program that forbids it, the file grows a little longer. */
  async #turn(stem: string, more: number): Promise<void> {
    const { disk, files } = this.#options;
    await disk.alone(async () => {
      const all = await disk.list();
      const inUse = all.find(({ name }) => name === logFileName(stem));
      // Another process has done it in the meantime.
      if (inUse === undefined || inUse.bytes + more <= this.#limit) return;
      const ages = all.flatMap(({ name }) => {
        const parsed = parseLogFileName(name);
        return parsed?.stem === stem ? [parsed.age] : [];
      });
      const { removed, moved } = turn(ages, files);
      for (const age of removed) await disk.remove(logFileName(stem, age));
      for (const age of moved) await disk.rename(logFileName(stem, age), logFileName(stem, age + 1));
    });
  }

  async #holdCap(): Promise<void> {
    const { disk, maxTotalBytes } = this.#options;
    for (const name of overCap(await disk.list(), maxTotalBytes - this.#step)) await disk.remove(name);
    this.#unlooked = 0;
  }

  #degrade(reason: string): void {
    const isNews = this.#reason === null;
    this.#reason = reason;
    if (isNews) this.#options.onDegraded(reason);
  }

  #recover(): void {
    if (this.#reason === null) return;
    this.#reason = null;
    const dropped = this.#untold;
    this.#untold = 0;
    this.#options.onRecovered(dropped);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'not permitted',
  EPERM: 'not permitted',
  ENOTDIR: 'a part of its path is no folder',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return reasons[code] === undefined ? error.message : `${reasons[code]} (${code})`;
}
