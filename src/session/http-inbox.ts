import type { IncomingMessage } from 'node:http';
import type { HoldfastError } from '../errors/holdfast-error.ts';
import type { Clock } from '../process/clock.ts';
import { readEvents, type StreamEnd } from './http-body.ts';
import type { HttpListener } from './http-listener.ts';
import { answeredBy, type Post } from './http-post.ts';
import type { HttpSession } from './http-session.ts';
import { type Envelope, parseMessage, rawMember } from './json-text.ts';
import type { OversizeEvent, SseEvent } from './sse-parser.ts';
import type { ToolMarks } from './tool-marks.ts';

export interface HttpInboxSetup {
  readonly session: HttpSession;
  readonly marks: ToolMarks;
  readonly listener: HttpListener;
  readonly clock: Clock;
  readonly maxMessageBytes: number;
}

/** What a remote server says, on whichever stream it comes: brought to the request that it answers, then to the listener. */
export class HttpInbox {
  readonly #setup: HttpInboxSetup;
  /** Those that want an answer, by their ids. */
  readonly #requests = new Map<string, Post>();
  #isClosed = false;

  constructor(setup: HttpInboxSetup) {
    this.#setup = setup;
  }

  expect(post: Post): void {
    if (post.key !== null) this.#requests.set(post.key, post);
  }

  find(key: string | null): Post | null {
    return key === null ? null : (this.#requests.get(key) ?? null);
  }

  forget(post: Post): void {
    if (post.key !== null && this.#requests.get(post.key) === post) this.#requests.delete(post.key);
  }

  /** Nothing is heard any more. */
  close(): void {
    this.#isClosed = true;
  }

  read(response: IncomingMessage): Promise<StreamEnd> {
    return readEvents(response, this.#setup.maxMessageBytes, {
      onEvent: ({ type, data }: SseEvent) => {
        if (type === 'message' && data !== '') this.deliver(data);
      },
      onOversize: event => this.oversize(event),
    });
  }

  deliver(text: string): void {
    if (this.#isClosed) return;
    const { listener } = this.#setup;
    const parsed = parseMessage(text);
    if (!parsed.ok) return listener.onNoise(parsed.why);
    let isOurs = false;
    for (const key of answeredBy(parsed.envelope)) {
      const post = this.#requests.get(key);
      if (post === undefined) continue;
      this.#answered(post, parsed.envelope);
      isOurs = post.isOurs;
    }
    if (!isOurs) listener.onMessage(parsed.envelope);
  }

  oversize(message: OversizeEvent): void {
    if (this.#isClosed) return;
    if (message.id !== null && !message.hasMethod) {
      this.#requests.get(String(JSON.parse(message.id)))?.answered(this.#setup.clock);
    }
    this.#setup.listener.onOversize(message);
  }

  fail(post: Post, error: HoldfastError): void {
    post.answered(this.#setup.clock);
    if (!this.#isClosed && !post.isOurs) this.#setup.listener.onFailed(post, error);
  }

  #answered(post: Post, { text, value }: Envelope): void {
    const { session, marks, clock } = this.#setup;
    post.answered(clock);
    const { result } = value as { result?: { protocolVersion?: unknown; nextCursor?: unknown } | null };
    if (post.method === 'initialize') session.agreed(result?.protocolVersion);
    if (post.method !== 'tools/list' || post.stateless === null) return;
    post.nextCursor = result?.nextCursor;
    marks.learn(text, rawMember(post.stateless, ['params', 'cursor']) === null);
  }
}
