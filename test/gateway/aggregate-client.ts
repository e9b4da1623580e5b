import { type AggregateBackend, aggregateBackend } from '../../src/gateway/aggregate.ts';
import type { BackendSession } from '../../src/gateway/backend.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ask, callOptions, FakeClient, type FakeServer, profile, read } from './fake-server.ts';

/** A client of all these servers as one, with what it hears and what it can say. */
export class AggregateClient extends FakeClient {
  readonly clock: FakeClock;
  readonly backend: AggregateBackend;
  readonly session: BackendSession;
  readonly notices: string[] = [];

  constructor(servers: readonly FakeServer[], of?: AggregateClient) {
    super();
    this.clock = of?.clock ?? new FakeClock();
    const notice = (text: string) => void this.notices.push(text);
    this.backend = of?.backend ?? aggregateBackend({ servers, version: '1', clock: this.clock, notice });
    this.session = this.backend.open(profile, this);
  }

  async request(method: string, params?: object) {
    return read(await this.session.request(ask(method, params), callOptions));
  }

  /** The names or URIs of a list. */
  async list(method: string): Promise<unknown[]> {
    const { result } = await this.request(method);
    const [items = []] = Object.values(result ?? {}) as Record<string, unknown>[][];
    return items.map(item => item.name ?? item.uri ?? item.uriTemplate);
  }

  async initialize(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.session.initializeResult(new AbortController().signal)) as Record<string, unknown>;
  }

  /** The methods of the notifications so far; none is told twice. */
  told(): unknown[] {
    return this.notifications.splice(0).map(text => (JSON.parse(text) as { method: unknown }).method);
  }
}
