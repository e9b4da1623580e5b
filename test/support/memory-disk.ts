import type { FileFacts, LogDisk } from '../../src/telemetry/log-disk.ts';

export type Refusal = 'ENOSPC' | 'EROFS' | 'EACCES';

/** A folder that exists in memory alone, whose troubles a test decides on. */
export class MemoryDisk implements LogDisk {
  readonly files = new Map<string, { text: string; changedAt: number }>();
  /** Every append fails with it. */
  refusal: Refusal | null = null;
  /** The next append takes so many bytes only. */
  takes = Number.POSITIVE_INFINITY;
  /** Appends wait for it. */
  hangs: Promise<void> | null = null;
  /** Another process puts files aside all the time. */
  isLocked = false;
  appends = 0;
  highWater = 0;
  readonly #wall: () => number;

  constructor(wall: () => number) {
    this.#wall = wall;
  }

  text(name: string): string {
    return this.files.get(name)?.text ?? '';
  }

  get names(): string[] {
    return [...this.files.keys()].sort();
  }

  get bytes(): number {
    return [...this.files.values()].reduce((sum, { text }) => sum + text.length, 0);
  }

  async append(name: string, bytes: Uint8Array, limit: number): Promise<number | null> {
    this.appends++;
    await this.hangs;
    if (this.refusal !== null) throw Object.assign(new Error(`${this.refusal}: write`), { code: this.refusal });
    const { text } = this.files.get(name) ?? { text: '' };
    if (text.length > 0 && text.length + bytes.length > limit) return null;
    const taken = Buffer.from(bytes.subarray(0, this.takes));
    this.takes = Number.POSITIVE_INFINITY;
    this.files.set(name, { text: text + taken.toString('latin1'), changedAt: this.#wall() });
    this.highWater = Math.max(this.highWater, this.bytes);
    return taken.length;
  }

  async list(): Promise<FileFacts[]> {
    return [...this.files].map(([name, { text, changedAt }]) => ({ name, bytes: text.length, changedAt }));
  }

  async rename(from: string, to: string): Promise<void> {
    const file = this.files.get(from);
    if (file === undefined) throw new Error(`there is no ${from}`);
    this.files.delete(from);
    this.files.set(to, file);
  }

  async remove(name: string): Promise<void> {
    this.files.delete(name);
  }

  async alone(work: () => Promise<void>): Promise<boolean> {
    if (!this.isLocked) await work();
    return !this.isLocked;
  }
}
