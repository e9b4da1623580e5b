import { readFile } from 'node:fs/promises';
import { CLIENTS, type ClientFile, type ClientId, type Found } from '../../config/clients/client.ts';
import { clientFiles } from '../../config/clients/places.ts';
import { readClientFile, type World } from '../../config/clients/read.ts';
import { ConfigError, type ConfigIssue } from '../../errors/config-error.ts';
import { realFile } from '../replace-file.ts';

/** A client's file as it was read. */
export interface ReadFile {
  readonly from: ClientFile;
  /** Where it really is. */
  readonly real: string;
  readonly text: string;
  readonly found: readonly Found[];
}

export interface Survey {
  readonly looked: readonly ClientFile[];
  readonly files: readonly ReadFile[];
  /** Of files that could not be understood. */
  readonly problems: readonly ConfigIssue[];
}

/** Reads the clients' files; one that cannot be understood keeps none of the others back. `target`: our own, which is none of them. */
export async function surveyClients(
  world: World & { readonly cwd: string },
  only: readonly ClientId[],
  target: string,
): Promise<Survey> {
  const looked = clientFiles(world).filter(({ client }) => only.length === 0 || only.includes(client));
  const files: ReadFile[] = [];
  const problems: ConfigIssue[] = [];
  for (const from of looked) {
    try {
      const real = await realFile(from.file);
      const text = await readText(from.file, real);
      if (text === null || real === target || files.some(other => other.real === real)) continue;
      files.push({ from, real, text, found: readClientFile(from, text, world) });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.issues);
    }
  }
  return { looked, files, problems };
}

/** `Claude Code (project)`, as people would call it. */
export function clientName({ client, project }: ClientFile): string {
  return project === null ? CLIENTS[client] : `${CLIENTS[client]} (project)`;
}

/** Null where there is no such file. @throws ConfigError */
async function readText(file: string, real: string): Promise<string | null> {
  const unreadable = (message: string, cause: unknown): ConfigError =>
    new ConfigError([{ file, line: null, column: null, key: '', message }], { cause });
  let bytes: Buffer;
  try {
    bytes = await readFile(real);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw unreadable(`cannot read the file (${code})`, cause);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw unreadable('expected text in UTF-8', cause);
  }
}
