import { HoldfastError } from '../../errors/holdfast-error.ts';
import { findNode } from './node-programs.ts';
import { isPathLike, type Place } from './place.ts';
import { searchCommand } from './search-path.ts';
import { nodeOptionsOf, parseShebang } from './shebang.ts';
import type { FoundCommand, Start } from './start.ts';

/**
 * A found file as it is, unless its first line asks for an interpreter that is not here: the system would then report the
 * script itself as missing. A node script gets the Node that there is.
 */
export async function startPosix(place: Place, found: FoundCommand): Promise<Omit<Start, 'mayDownload'>> {
  const { file, args } = found;
  const asIs = { file, args, launch: 'as-written', why: `found at ${file}` } as const;
  const text = (await place.files.readText(file, 256)) ?? '';
  const shebang = parseShebang(text);
  if (shebang === undefined || (await searchCommand(place, shebang.interpreter)).found !== undefined) return asIs;

  const options = nodeOptionsOf(text);
  if (options !== undefined) {
    const node = await findNode(place);
    const why = `found at ${file}, a node script; "${shebang.interpreter}" of its first line is missing, ${node} is used`;
    return { file: node, args: [...options, file, ...args], launch: 'resolved', why };
  }
  const missing = shebang.interpreter;
  const where = isPathLike(place.os, missing) ? 'which is not there' : "which is not on the server's PATH";
  throw new HoldfastError('PROCESS_COMMAND_NOT_FOUND', {
    server: found.server,
    details: { command: missing, file },
    hint: `the first line of ${file} asks for "${missing}", ${where}: install it, or install the script again`,
  });
}
