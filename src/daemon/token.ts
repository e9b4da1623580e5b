import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FORM = /^[\w-]{43}$/;

export const tokenPath = (stateDir: string): string => join(stateDir, 'token');

/** The token of a state folder; null where it has none. */
export async function readToken(stateDir: string): Promise<string | null> {
  try {
    const text = (await readFile(tokenPath(stateDir), 'utf8')).trim();
    return FORM.test(text) ? text : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The token of a state folder, made (256 random bits, file mode 0600) where there is none. Only for who holds the lock. */
export async function ensureToken(stateDir: string): Promise<string> {
  const known = await readToken(stateDir);
  if (known !== null) return known;
  const token = randomBytes(32).toString('base64url');
  const temporary = join(stateDir, `token.${process.pid}.tmp`);
  await writeFile(temporary, `${token}\n`, { mode: 0o600 });
  await rename(temporary, tokenPath(stateDir));
  return token;
}

/** Whether an `Authorization` header carries the token; takes the same time whatever is wrong with it. */
export function isAuthorized(header: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`));
}
