import { parseNpxRequest } from './npx-request.ts';
import { commandName, type Place } from './place.ts';
import { searchCommand } from './search-path.ts';

interface Written {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Takes off the `cmd /c` that configurations for Windows put in front of `npx`: it only adds a process that does not pass on
 * the end of its parent. What needs a shell (pipes, variables, built-in commands) stays as it is.
 */
export async function unwrapCmd(place: Place, written: Written): Promise<Written> {
  if (place.os !== 'windows' || commandName(place.os, written.command) !== 'cmd') return written;
  const start = written.args.findIndex(arg => !/^\/[dsq]$/i.test(arg));
  if (written.args[start]?.toLowerCase() !== '/c') return written;
  const line = written.args.slice(start + 1);
  const [command, ...args] = line.length === 1 ? (line[0] ?? '').trim().split(/\s+/) : line;
  if (command === undefined || command === '' || line.some(arg => /[&|<>^%"()\r\n]/.test(arg))) return written;
  const isKnown = parseNpxRequest(commandName(place.os, command), args) !== undefined;
  return isKnown || (await searchCommand(place, command)).found !== undefined ? { command, args } : written;
}
