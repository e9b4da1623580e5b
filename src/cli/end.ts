import type { Manager } from '../manager.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** The one end of a manager that runs in this process, whatever brings it about. */
export class End {
  readonly begun: Promise<void>;
  onBegin: () => void = () => undefined;
  readonly #manager: Manager;
  #begin: () => void = () => undefined;
  #hasBegun = false;
  #isCutOff = false;
  #error: { readonly cause: unknown } | null = null;

  constructor(manager: Manager) {
    this.#manager = manager;
    this.begun = new Promise(resolve => {
      this.#begin = resolve;
    });
  }

  /** `isCutOff`: whoever asks for it knows of work that it ends. */
  begin(isCutOff = false): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#isCutOff = isCutOff;
    this.#manager.on('call.finished', ({ outcome }) => {
      // Of a client whose connection has ended by now the calls are cancelled.
      this.#isCutOff ||= outcome === 'rejected' || outcome === 'cancelled';
    });
    this.onBegin();
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
