/** Who has subscribed to which resource of one process, so that it hears of each once. */
export class Subscriptions<C> {
  /** By URI, then by client: whether the server has agreed. */
  readonly #wanted = new Map<string, Map<C, boolean>>();
  /** Each client's own, or its end would cost a look at everybody's. */
  readonly #byClient = new Map<C, Set<string>>();

  /** Whether the server must be asked: not where it has agreed for another client. */
  subscribe(client: C, uri: string): boolean {
    const clients = this.#wanted.get(uri) ?? new Map<C, boolean>();
    this.#wanted.set(uri, clients);
    const own = this.#byClient.get(client) ?? new Set<string>();
    this.#byClient.set(client, own.add(uri));
    const isKnown = [...clients].some(([other, hasAgreed]) => other !== client && hasAgreed);
    clients.set(client, isKnown || clients.get(client) === true);
    return !isKnown;
  }

  /** The server has agreed. One that has unsubscribed, or left, meanwhile stays so. */
  agreed(client: C, uri: string): void {
    const clients = this.#wanted.get(uri);
    if (clients?.has(client) === true) clients.set(client, true);
  }

  /** The client wants to hear no more. Whether the server must be told: not while another client listens. */
  unsubscribe(client: C, uri: string): boolean {
    const clients = this.#wanted.get(uri);
    clients?.delete(client);
    const own = this.#byClient.get(client);
    own?.delete(uri);
    if (own?.size === 0) this.#byClient.delete(client);
    if (clients?.size === 0) this.#wanted.delete(uri);
    return !this.#wanted.has(uri);
  }

  /** The client is gone. Returns what nobody else listens to. */
  drop(client: C): string[] {
    return this.of(client).filter(uri => this.unsubscribe(client, uri));
  }

  of(client: C): string[] {
    return [...(this.#byClient.get(client) ?? [])];
  }

  /** Who hears of an update: of the resource itself, or of a part of what was subscribed to. */
  listeners(uri: string): ReadonlySet<C> {
    const listeners = new Set<C>();
    for (const [wanted, clients] of this.#wanted) {
      if (uri !== wanted && !isPart(uri, wanted)) continue;
      for (const client of clients.keys()) listeners.add(client);
    }
    return listeners;
  }
}

const isPart = (uri: string, of: string): boolean => uri.startsWith(of.endsWith('/') ? of : `${of}/`);
