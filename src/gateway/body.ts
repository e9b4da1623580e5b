import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Allowance } from './budget.ts';

export type Body =
  | { readonly kind: 'text'; readonly text: string; readonly bytes: number }
  | { readonly kind: 'tooLarge' | 'noRoom' | 'tooSlow' | 'notUtf8' | 'gone' };

interface Reading {
  /** When something last arrived (monotonic ms). */
  at: number;
  readonly giveUp: () => void;
}

export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly bodyIdleMs: number;
}

/** Reads bodies, each within its limit; one that trickles is given up. Without a timer of its own. */
export class Bodies {
  readonly #limits: BodyLimits;
  readonly #now: () => number;
  readonly #readings = new Set<Reading>();

  constructor(limits: BodyLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Whether the length that is announced is over the limit already. */
  isTooLong(announced: string | undefined): boolean {
    return Number(announced ?? 0) > this.#limits.maxBodyBytes;
  }

  /** The whole body. Its bytes stay taken from the allowance, where it is a text: whoever gave that gives them back. */
  read(request: IncomingMessage, allowance: Allowance): Promise<Body> {
    return new Promise(resolve => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const finish = (body: Body): void => {
        if (!this.#readings.delete(reading)) return;
        if (body.kind !== 'text') {
          allowance.give(bytes);
          // What still comes is let pass, or the client would never look at the answer.
          request.off('data', take).resume();
        }
        resolve(body);
      };
      const reading: Reading = { at: this.#now(), giveUp: () => finish({ kind: 'tooSlow' }) };
      const take = (chunk: Buffer): void => {
        reading.at = this.#now();
        if (bytes + chunk.length > this.#limits.maxBodyBytes) return finish({ kind: 'tooLarge' });
        if (!allowance.take(chunk.length)) return finish({ kind: 'noRoom' });
        bytes += chunk.length;
        chunks.push(chunk);
      };
      this.#readings.add(reading);
      request.on('data', take);
      request.once('end', () => {
        const [first] = chunks;
        const whole = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, bytes);
        // Invalid bytes would go on as something else than what came.
        finish(isUtf8(whole) ? { kind: 'text', text: whole.toString('utf8'), bytes } : { kind: 'notUtf8' });
      });
      request.once('close', () => finish({ kind: 'gone' }));
    });
  }

  /** To be called now and then. */
  tick(): void {
    const before = this.#now() - this.#limits.bodyIdleMs;
    for (const reading of [...this.#readings]) if (reading.at <= before) reading.giveUp();
  }
}
