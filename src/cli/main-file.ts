import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The command line that we are, for whoever starts another one. */
export const mainFile = fileURLToPath(new URL(`./main${extname(import.meta.url)}`, import.meta.url));
