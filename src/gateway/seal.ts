import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What a client carries for us and may neither read nor change: AES-256-GCM, each time under a random nonce. */
export class Seal {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** `binding` is not in the text, but it opens only where the same is given again. */
  seal(text: string, binding: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(binding));
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** Null for everything that was not sealed with this key and this binding. */
  open(sealed: string, binding: string): string | null {
    const bytes = Buffer.from(sealed, 'base64url');
    // Decoding leaves out what is no base64: only the one spelling of a sealed text is taken.
    if (bytes.length < IV_BYTES + TAG_BYTES || bytes.toString('base64url') !== sealed) return null;
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(binding)).setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
    try {
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      // `final` throws where the tag does not fit, and nothing else in it can fail.
      return null;
    }
  }
}

/**
 * The key of a state folder, made (file mode 0600) where there is none: after a restart of the manager a state is then known as
 * ours and too old, not as forged. Without a folder, a key for this run. Only for who holds the folder's lock.
 */
export async function sealKey(stateDir: string | null): Promise<Uint8Array> {
  if (stateDir === null) return randomBytes(KEY_BYTES);
  const path = join(stateDir, 'seal.key');
  const known = await readKey(path);
  if (known !== null) return known;
  const key = randomBytes(KEY_BYTES);
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, key, { mode: 0o600 });
  await rename(temporary, path);
  return key;
}

async function readKey(path: string): Promise<Uint8Array | null> {
  try {
    const key = await readFile(path);
    return key.length === KEY_BYTES ? key : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
