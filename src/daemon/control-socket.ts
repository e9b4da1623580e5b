import { createHash } from 'node:crypto';
import { lstat, mkdir, unlink } from 'node:fs/promises';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, posix } from 'node:path';
import { type Os, os as thisOs } from '../platform/platform.ts';
import type { Lock } from './instance-lock.ts';

/** A socket's path may have 103 bytes on macOS and 107 on Linux (`sun_path` in sys/un.h, less the closing NUL). */
const MAX_SOCKET_PATH_BYTES = 100;

/**
 * Where the control socket of a state folder may lie, the best place first: in the folder itself unless the path would be too long,
 * else in the user's runtime folder, else in a folder of our own for temporary files. A named pipe on Windows.
 */
export function controlPaths(where: {
  readonly stateDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly os: Os;
  /** Of the user; 0 where the system has none. */
  readonly uid: number;
  /** The folder for temporary files. */
  readonly tmp: string;
}): readonly string[] {
  const { stateDir, env, os, uid, tmp } = where;
  const hash = createHash('sha256').update(stateDir).digest('hex').slice(0, 16);
  if (os === 'windows') return [`\\\\.\\pipe\\holdfast-${hash}`];
  const runtime = env.XDG_RUNTIME_DIR ?? '';
  const own = posix.join(stateDir, 'control.sock');
  if (fits(own)) return [own];
  return [
    ...(posix.isAbsolute(runtime) ? [posix.join(runtime, `holdfast-${hash}.sock`)] : []),
    posix.join(tmp, `holdfast-${uid}`, `${hash}.sock`),
  ].filter(fits);
}

/**
 * Makes sure that there can be a control socket, and says where. A socket that a dead manager has left is removed; the lock is the
 * proof that it is dead.
 *
 * @throws Error where no place is both short enough and ours alone.
 */
export async function prepareControlPath(
  lock: Lock,
  { env = process.env, tmp = tmpdir(), os = thisOs }: { env?: NodeJS.ProcessEnv; tmp?: string; os?: Os } = {},
): Promise<string> {
  const { stateDir } = lock;
  const uid = process.getuid?.() ?? 0;
  for (const path of controlPaths({ stateDir, env, os, uid, tmp })) {
    if (os === 'windows') return path;
    // The state folder is the user's choice, and may be shared on purpose; the socket itself is closed to others.
    if (dirname(path) === stateDir || (await isOursAlone(dirname(path), uid))) {
      await removeStale(path);
      return path;
    }
  }
  throw new Error(
    `no place for the control socket: the path of ${stateDir} is too long for one, and neither XDG_RUNTIME_DIR nor ${tmp} has a folder that is closed to others`,
  );
}

/** Listens there, so that only this user can connect. */
export function listenOn(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const onListening = () => {
      server.off('error', reject);
      resolve();
    };
    // The socket is bound before `listen` returns. To change its mode afterwards would leave a moment in which others could connect.
    const before = process.umask(0o177);
    try {
      server.listen(path, onListening);
    } finally {
      process.umask(before);
    }
  });
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES;
}

/** Makes the folder where there is none. Somebody else may have been faster: a folder that others own or enter is not used. */
async function isOursAlone(folder: string, uid: number): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST' && code !== 'ENOENT' && code !== 'EACCES') throw error;
    if (code !== 'EEXIST') return false;
  }
  const found = await lstat(folder);
  return found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0;
}

async function removeStale(path: string): Promise<void> {
  try {
    if ((await lstat(path)).isSocket()) await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
