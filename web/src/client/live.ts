import { reconnectDelay } from '../model/backoff.ts';
import { type SeenClient, withClient } from '../model/clients.ts';
import { type Link, type LinkEvent, nextLink } from '../model/link.ts';
import { LogRing, lineOf } from '../model/log.ts';
import { NdjsonReader } from '../model/ndjson.ts';
import { refusalOf } from '../model/refusal.ts';
import { merged, noSeries, type Series } from '../model/series.ts';
import type { Report, StreamedEvent } from '../model/wire.ts';
import { Api, ApiError } from './api.ts';
import { Store } from './store.ts';

const RECENT = 1_000;
const LOG_LINES = 3_000;
/** The manager says that it is alive every 15 s. */
const SILENCE_MS = 40_000;
const STATUS_MS = 5_000;
/** Events come in bursts; one look at the state is enough for all of them. */
const BURST_MS = 120;
const SLOWEST_MS = 1_000;

/** What is known of the servers, and when it was true. */
export interface Known {
  readonly report: Report;
  readonly at: number;
}

/** Events after which no figure of the state is different. */
const QUIET: ReadonlySet<string> = new Set(['server.output', 'network.operation', 'network.lookup', 'call.finished']);

/** Everything that the page shows, kept up to date over one stream of events, through whatever happens to the manager. */
export class Live {
  readonly link = new Store<Link>({ state: 'connecting' });
  readonly known = new Store<Known | null>(null);
  readonly series = new Store<Series>(noSeries);
  readonly log = new LogRing(LOG_LINES);
  readonly clients = new Store<readonly SeenClient[]>([]);
  /** Why the state is older than it should be although the manager is heard; null where it is not. */
  readonly trouble = new Store<string | null>(null);
  /** Grows with each change of the log. */
  readonly logVersion = new Store(0);
  /** The manager's clock minus this machine's. */
  skewMs = 0;
  readonly api: Api;
  #token: string | null;
  #wake = (): void => {};
  #statusTimer: ReturnType<typeof setTimeout> | undefined;
  #isAsking = false;
  #fresh: StreamedEvent[] = [];
  /** A flood is shown as often as leaves the page most of its time for people. */
  #showMs = BURST_MS;

  constructor(token: string | null) {
    this.#token = token;
    this.api = new Api(() => this.#token);
  }

  get now(): number {
    return Date.now() + this.skewMs;
  }

  useToken(token: string): void {
    this.#token = token;
    this.#move({ type: 'unlocked' });
    this.#wake();
  }

  /** Tries at once what would be tried later. */
  retry(): void {
    this.#wake();
  }

  /** Runs as long as the page. */
  async run(): Promise<never> {
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState !== 'visible') return;
      if (this.link.value.state === 'live') this.refresh();
      else if (this.link.value.state === 'lost') this.retry();
    });
    window.addEventListener('online', () => this.retry());
    setInterval(() => {
      if (this.link.value.state === 'live' && document.visibilityState === 'visible') this.refresh();
    }, STATUS_MS);
    for (;;) {
      const failure = await this.#listen();
      await this.#pause(failure);
    }
  }

  /** Asks for the state soon; several wishes are one. */
  refresh(delayMs = 0): void {
    if (this.#statusTimer !== undefined) return;
    this.#statusTimer = setTimeout(() => {
      this.#statusTimer = undefined;
      if (this.link.value.state !== 'live') return;
      if (this.#isAsking) return this.refresh(BURST_MS);
      this.#ask().catch((error: unknown) => this.trouble.set(wordsOf(error)));
    }, delayMs);
  }

  /** Reads events until the stream ends, and says why it did. */
  async #listen(): Promise<unknown> {
    const abort = new AbortController();
    const silence = setTimer(
      () => abort.abort(new Error(`the manager was silent for ${SILENCE_MS / 1_000} s`)),
      SILENCE_MS,
    );
    const reader = new NdjsonReader();
    const decoder = new TextDecoder();
    try {
      const body = (await this.api.events(RECENT, abort.signal)).getReader();
      // Before anything is shown as live, it is true.
      await this.#ask();
      this.#move({ type: 'opened' });
      let isRecent = true;
      const recent: StreamedEvent[] = [];
      for (;;) {
        const { done, value } = await body.read();
        if (done) return new Error('the manager has ended the connection');
        silence.again();
        for (const line of reader.push(decoder.decode(value, { stream: true })) as StreamedEvent[]) {
          const type: string = line.type;
          if (type === 'alive') continue;
          if (type === 'recent.end') {
            isRecent = false;
            this.log.recall(recent.map(lineOf));
            this.clients.set(recent.reduce(withClient, []));
            this.logVersion.set(this.logVersion.value + 1);
          } else if (isRecent) recent.push(line);
          else this.#take(line);
        }
      }
    } catch (error) {
      return abort.signal.aborted ? abort.signal.reason : error;
    } finally {
      silence.clear();
      abort.abort();
    }
  }

  /** Waits before the next try: for a moment, or for a person where the token is refused. */
  async #pause(failure: unknown): Promise<void> {
    const refusal = failure instanceof ApiError ? refusalOf(failure.status, failure.error) : null;
    if (refusal === 'locked') {
      this.#move({ type: 'locked', hadToken: this.#token !== null });
      return this.#sleep(null);
    }
    const attempt = this.link.value.state === 'lost' ? this.link.value.attempt + 1 : 1;
    const delayMs = reconnectDelay(attempt, Math.random);
    this.#move({ type: 'lost', reason: refusal ?? wordsOf(failure), delayMs });
    await this.#sleep(delayMs);
    this.#move({ type: 'trying' });
  }

  #sleep(ms: number | null): Promise<void> {
    return new Promise(resolve => {
      const timer = ms === null ? undefined : setTimeout(() => this.#wake(), ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        resolve();
      };
    });
  }

  #take(event: StreamedEvent): void {
    if (this.#fresh.length === 0) setTimeout(() => this.#show(), this.#showMs);
    this.#fresh.push(event);
    if (!QUIET.has(event.type)) this.refresh(BURST_MS);
  }

  #show(): void {
    const began = performance.now();
    // What would be let go at once is not even read.
    this.log.add(this.#fresh.slice(-LOG_LINES).map(lineOf), Math.max(0, this.#fresh.length - LOG_LINES));
    this.clients.set(this.#fresh.reduce(withClient, this.clients.value));
    this.#fresh = [];
    this.logVersion.set(this.logVersion.value + 1);
    // Once it is drawn.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        this.#showMs = Math.min(SLOWEST_MS, Math.max(BURST_MS, 4 * (performance.now() - began)));
      }),
    );
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      const [report, history] = await Promise.all([
        this.api.status(),
        this.api.history(this.series.value.times.at(-1) ?? null),
      ]);
      this.skewMs = history.now - Date.now();
      this.series.set(merged(this.series.value, history));
      this.known.set({ report, at: Date.now() });
      this.trouble.set(null);
    } finally {
      this.#isAsking = false;
    }
  }

  #move(event: LinkEvent): void {
    this.link.set(nextLink(this.link.value, event, Date.now()));
  }
}

function wordsOf(failure: unknown): string {
  // Browsers tell a page nothing but that it failed.
  if (failure instanceof TypeError) return 'nothing answers at this address';
  return failure instanceof Error ? failure.message : String(failure);
}

function setTimer(run: () => void, ms: number): { again(): void; clear(): void } {
  let timer = setTimeout(run, ms);
  return {
    again: () => {
      clearTimeout(timer);
      timer = setTimeout(run, ms);
    },
    clear: () => clearTimeout(timer),
  };
}
