import { hash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { HoldfastError } from '../errors/holdfast-error.ts';

/** What the guard looks at; names as node:http has them. */
export interface GuardedHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly authorization?: string | undefined;
}

export interface Refusal {
  readonly status: number;
  readonly error: HoldfastError;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Place {
  /** Where we listen. */
  readonly host: string;
  readonly port: number;
  /** Further names that are ours, with or without a port. */
  readonly hosts: readonly string[];
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const ANY = new Set(['0.0.0.0', '::', '[::]']);

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));

/**
 * Whether a `Host` header means us. A page of an attacker can make a name of its own point here (DNS rebinding), but it cannot make
 * the browser send another name: so the names are what is checked. Where we listen on every address, any address is ours.
 */
export function isOurHost(host: string | undefined, place: Place): boolean {
  const parts = /^(\[[0-9a-f:.]+\]|[^:[\]@/\s]+)(?::(\d{1,5}))?$/.exec(host?.toLowerCase() ?? '');
  const [, name = '', port = '80'] = parts ?? [];
  if (parts === null) return false;
  if (place.hosts.some(own => own.toLowerCase() === name || own.toLowerCase() === `${name}:${port}`)) return true;
  return Number(port) === place.port && isOurName(name, place.host.toLowerCase());
}

function isOurName(name: string, own: string): boolean {
  if (LOOPBACK.includes(name) || name === own || name === `[${own}]`) return true;
  if (!ANY.has(own)) return false;
  return isIP(name.replace(/^\[|\]$/g, '')) !== 0 || name === hostname().toLowerCase();
}

/** Whether a request may come from a page of this origin; programs send none. */
export function isOurOrigin(origin: string | undefined, place: Place): boolean {
  if (origin === undefined) return true;
  const [, scheme, host] = /^(https?):\/\/([^/?#]*)$/i.exec(origin) ?? [];
  if (scheme === undefined || host === undefined) return false;
  // What a URL leaves out is the port of its scheme.
  const isPortless = !/:\d+$/.test(host);
  return isOurHost(isPortless && scheme.toLowerCase() === 'https' ? `${host}:443` : host, place);
}

/** Lets so much through at once, and so much more with time. */
export class Bucket {
  readonly #size: number;
  readonly #everyMs: number;
  #level: number;
  #at: number;

  constructor(size: number, everyMs: number, now: number) {
    this.#size = size;
    this.#everyMs = everyMs;
    this.#level = size;
    this.#at = now;
  }

  take(now: number): boolean {
    this.#level = Math.min(this.#size, this.#level + (now - this.#at) / this.#everyMs);
    this.#at = now;
    if (this.#level < 1) return false;
    this.#level--;
    return true;
  }
}

const WRONG_TOKENS = 10;
const WRONG_TOKEN_EVERY_MS = 1_000;

/** Who may come in. Nobody's wrong guesses keep out whoever has the right token. */
export class Guard {
  readonly #place: Place;
  readonly #expected: Buffer | null;
  readonly #wrong: Bucket;
  /** Who is behind the token; what belongs to one principal is not there for another. */
  readonly principal: string;

  constructor(place: Place, token: string | null, now: number) {
    this.#place = place;
    this.#expected = token === null ? null : digest(token);
    this.#wrong = new Bucket(WRONG_TOKENS, WRONG_TOKEN_EVERY_MS, now);
    this.principal = this.#expected === null ? 'anyone' : this.#expected.toString('hex').slice(0, 32);
  }

  /** Null where the request is for us. */
  checkPlace({ host, origin }: GuardedHeaders): Refusal | null {
    const isHost = isOurHost(host, this.#place);
    if (isHost && isOurOrigin(origin, this.#place)) return null;
    const error = new HoldfastError('CONNECTION_ORIGIN_REFUSED', { details: { header: isHost ? 'Origin' : 'Host' } });
    return { status: 403, error, headers: {} };
  }

  hasToken({ authorization }: GuardedHeaders): boolean {
    if (this.#expected === null) return true;
    const given = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    return given !== undefined && timingSafeEqual(digest(given), this.#expected);
  }

  /** Null where the token is right, or none is wanted. */
  checkToken(headers: GuardedHeaders, now: number): Refusal | null {
    if (this.hasToken(headers)) return null;
    // To come without one is no guess.
    if (headers.authorization !== undefined && !this.#wrong.take(now)) {
      const hint = 'too many wrong tokens have come: wait a second, then send the one that "holdfast up" prints';
      const error = new HoldfastError('CONNECTION_TOKEN_REFUSED', { hint, isHintOpen: true });
      return { status: 429, error, headers: { 'Retry-After': '1' } };
    }
    const error = new HoldfastError('CONNECTION_TOKEN_REFUSED');
    return { status: 401, error, headers: { 'WWW-Authenticate': 'Bearer realm="holdfast"' } };
  }
}

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
