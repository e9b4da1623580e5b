import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** A file of the dashboard's page. */
export interface PageFile {
  readonly body: Buffer<ArrayBuffer>;
  readonly type: string;
  readonly etag: string;
  /** Its name tells its content (`assets/index-9f2c.js`): another content has another name. */
  readonly isNamedByContent: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/**
 * Every file of the page by the one path that it is served at; `index.html` is at `/`. They are few and small, so they are read once:
 * no path of a request is ever one of the file system. Empty where the page has not been built.
 */
export async function readPage(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  let names: string[];
  try {
    names = await readdir(folder, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
  const files = names.flatMap(name => {
    const type = TYPES[extname(name)];
    return type === undefined ? [] : [{ name, type }];
  });
  return new Map(
    await Promise.all(
      files.map(async ({ name, type }): Promise<[string, PageFile]> => {
        const body = await readFile(join(folder, name));
        const path = `/${name.split(sep).join('/')}`;
        const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
        const isNamedByContent = path.startsWith('/assets/');
        return [path === '/index.html' ? '/' : path, { body, type, etag, isNamedByContent }];
      }),
    ),
  );
}
