import type { Manager } from '../manager.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** The one end of a manager that runs in this process, whatever brings it about. */
export class End {
  readonly begun: Promise<void>;
  onBegin: () => void = () => undefined;
  readonly #manager: Manager;
  readonly #endsClients: boolean;
  #begin: () => void = () => undefined;
  #hasBegun = false;
  #isCutOff = false;
  #error: { readonly cause: unknown } | null = null;

  /** `endsClients`: their connections end before the servers do, which cancels what they wait for. */
  constructor(manager: Manager, { endsClients = false } = {}) {
    this.#manager = manager;
    this.#endsClients = endsClients;
    this.begun = new Promise(resolve => {
      this.#begin = resolve;
    });
  }

  /** `isCutOff`: whoever asks for it knows of work that it ends. */
  begin(isCutOff = false): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#isCutOff = isCutOff;
    // What we do by ourselves ends here, and is nobody's loss.
    this.onBegin();
    this.#manager.on('call.finished', ({ outcome }) => {
      this.#isCutOff ||= outcome === 'rejected' || (outcome === 'cancelled' && this.#endsClients);
    });
    this.#begin();
  }

  hasten(): void {
    this.#isCutOff = true;
    void this.#manager.stop();
  }

  fail(cause: unknown): void {
    this.#error ??= { cause };
    this.begin();
  }

  /** @throws the error that nobody caught */
  exitCode(survivors: readonly number[]): ExitCode {
    if (this.#error !== null) throw this.#error.cause;
    if (survivors.length > 0) return EXIT.failed;
    return this.#isCutOff ? EXIT.interrupted : EXIT.done;
  }
}
