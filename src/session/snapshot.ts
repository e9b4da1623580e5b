import { request } from './json-text.ts';
import type { Pending, Upstream } from './upstream.ts';

/** Whether a request of this method changes what a restarted process must be told. */
export const isRemembered = (method: string): boolean =>
  method === 'logging/setLevel' || method === 'resources/subscribe' || method === 'resources/unsubscribe';

/** What clients have told a server and it must be told again after a restart: the log level and the resource subscriptions. */
export class Snapshot {
  #logLevel: string | null = null;
  readonly #subscriptions = new Set<string>();

  get subscriptions(): ReadonlySet<string> {
    return this.#subscriptions;
  }

  get logLevel(): string | null {
    return this.#logLevel;
  }

  /** Learns from a request that the server has answered without an error. */
  learn(method: string, params: unknown): void {
    const { level, uri } = (params ?? {}) as { level?: unknown; uri?: unknown };
    if (method === 'logging/setLevel' && typeof level === 'string') this.#logLevel = level;
    if (method === 'resources/subscribe' && typeof uri === 'string') this.#subscriptions.add(uri);
    if (method === 'resources/unsubscribe' && typeof uri === 'string') this.#subscriptions.delete(uri);
  }

  /** Nobody wants a level any more: the next process keeps its own. */
  forgetLevel(): void {
    this.#logLevel = null;
  }

  /**
   * Tells a new process what the old one knew. The requests are written before this returns, so that they are ahead of every
   * call; a refusal (the resource is gone) is forgotten with what it was about, and named.
   */
  restore(upstream: Upstream, onRefused: (what: string) => void): void {
    const steps: { method: string; params: Record<string, string>; onRefused: () => void }[] = [];
    const level = this.#logLevel;
    if (level !== null) {
      steps.push({ method: 'logging/setLevel', params: { level }, onRefused: () => onRefused(`log level ${level}`) });
    }
    for (const uri of this.#subscriptions) {
      const forget = () => {
        this.#subscriptions.delete(uri);
        onRefused(`subscription to ${uri}`);
      };
      steps.push({ method: 'resources/subscribe', params: { uri }, onRefused: forget });
    }
    for (const step of steps) {
      const id = upstream.nextId();
      const pending: Pending = {
        onAnswer: answer => {
          if (answer.error !== null) step.onRefused();
        },
        // The process went down again; the next one is told the same.
        onLost: () => {},
      };
      upstream.send(id, request(String(id), step.method, step.params), pending, { isOwed: true });
    }
  }
}
