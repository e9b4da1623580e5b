import { createHash } from 'node:crypto';

// `server__tool`, within what every client takes: at most 64 characters of [A-Za-z0-9_-]. What a name becomes depends on the names
// of the configured servers and on the other names of its own server alone, never on an order: the same in every run.

/** What stands between the server and the name; a server's part never contains it, so the first one is the border. */
const BORDER = '__';
const MAX_LENGTH = 64;
/** Leaves a name 22 characters at least. */
const MAX_SERVER = 40;
const HASH_LENGTH = 8;

/** The part of each server in the names of all that it offers; no two are equal. */
export function serverParts(servers: readonly string[]): ReadonlyMap<string, string> {
  return distinct(servers, MAX_SERVER, name => noBorder(plain(name)) || 'server');
}

/** The name that clients see for each of a server's own names; `serverPart` is as `serverParts` says. No two are equal. */
export function exposedNames(serverPart: string, names: readonly string[]): ReadonlyMap<string, string> {
  const front = serverPart + BORDER;
  const ends = distinct(names, MAX_LENGTH - front.length, plain);
  return new Map([...ends].map(([name, end]) => [name, front + end]));
}

/** The server's part of a name that clients see, and the rest; null where it has none. */
export function splitName(exposed: string): { readonly serverPart: string; readonly rest: string } | null {
  const at = exposed.indexOf(BORDER);
  return at === -1 ? null : { serverPart: exposed.slice(0, at), rest: exposed.slice(at + BORDER.length) };
}

const plain = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, '_');
const noBorder = (text: string): string => text.replace(/__+/g, '_').replace(/_$/, '');

/**
 * A name that fits as it is keeps it; one in which characters are replaced keeps what it becomes where no other name becomes the
 * same; every other is cut and gets a hash of the whole.
 */
function distinct(all: readonly string[], limit: number, simplify: (name: string) => string): Map<string, string> {
  const names = [...new Set(all)];
  const wanted = new Map(names.map(name => [name, simplify(name)]));
  const claims = new Map<string, number>();
  for (const simple of wanted.values()) claims.set(simple, (claims.get(simple) ?? 0) + 1);

  const given = new Map<string, string>();
  for (const [name, simple] of wanted) {
    const isOwn = simple === name || claims.get(simple) === 1;
    if (isOwn && simple.length <= limit) given.set(name, simple);
  }
  const taken = new Set(given.values());
  for (const name of names.filter(name => !given.has(name))) {
    const cut = (wanted.get(name) ?? '').slice(0, limit - HASH_LENGTH - 1).replace(/_+$/, '');
    // A second try is for a name that another one has by chance or by intent.
    for (let attempt = 0; !given.has(name); attempt++) {
      const candidate = `${cut}_${hash(name, attempt)}`;
      if (!taken.has(candidate)) given.set(name, candidate);
    }
    taken.add(given.get(name) ?? '');
  }
  return given;
}

const hash = (name: string, attempt: number): string =>
  createHash('sha256')
    .update(attempt === 0 ? name : `${name}\0${attempt}`)
    .digest('hex')
    .slice(0, HASH_LENGTH);
