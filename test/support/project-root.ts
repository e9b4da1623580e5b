import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, wherever the tests were compiled to below it: the nearest one upwards that holds src/ and package.json. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) || !existsSync(join(folder, 'src', 'errors', 'catalogue.ts'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the compiled tests are not below the project');
    folder = parent;
  }
  return folder;
}
