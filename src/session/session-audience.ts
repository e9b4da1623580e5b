import type { Call } from './call.ts';
import type { RequestEnvelope } from './json-text.ts';

/** A client's side of a session: raw text, as it came from the server but for the ids. */
export interface SessionHost {
  /** Answer it with `Session.respond`, under the id that it carries. */
  onRequest(text: string): void;
  onNotification(text: string): void;
}

/** Whom a question of the server goes to; or what it is answered with at once: a raw result, or why nobody can be asked. */
export type Addressee = Asking | { readonly result: string } | { readonly error: string };

export interface Asking {
  readonly client: SessionHost;
  /** Its answer is there: whether the server may have it, or why not. */
  readonly refusal?: () => string | null;
}

/** A notification of the server, or one of ours in its name. */
export interface Told {
  readonly text: string;
  readonly method: string;
  readonly params: unknown;
  /** It is about the instance as a whole, whatever it does just now. */
  readonly isForAll: boolean;
  /** False where the server announces a change and nothing has changed. */
  readonly isNews: boolean;
}

/** All clients of a session. */
export interface SessionAudience {
  /** `about`: the call that it is for, where the server says so. */
  addressee(question: RequestEnvelope, about: Call | null): Addressee;
  hear(told: Told): void;
}

/** One client has the session for itself. */
export function audienceOfOne(client: SessionHost): SessionAudience {
  return { addressee: () => ({ client }), hear: ({ text }) => client.onNotification(text) };
}
