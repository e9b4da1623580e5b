import { type ResponseEnvelope, request } from '../session/json-text.ts';
import { MAX_PROFILE } from './client-state.ts';

const ID = 'holdfast-roots-';

/** Our own question to a client: what its roots are. Only the answer to the last one counts. */
export class ClientRoots {
  #asked = 0;

  /** The question, as it goes to the client. */
  ask(): string {
    this.#asked++;
    return request(JSON.stringify(`${ID}${this.#asked}`), 'roots/list');
  }

  /** Whether this answers a question of ours, and no server's. */
  isAnswer({ value }: ResponseEnvelope): boolean {
    return typeof value.id === 'string' && value.id.startsWith(ID);
  }

  /** The raw roots; null where they are out of date or too long to be kept, and where the client cannot list them: then servers ask it. */
  rootsOf({ value, text, result }: ResponseEnvelope): string | null {
    if (value.id !== `${ID}${this.#asked}` || result === null || text.length > MAX_PROFILE) return null;
    return text.slice(result.start, result.end);
  }
}
