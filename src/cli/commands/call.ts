import { text } from 'node:stream/consumers';
import type { Config } from '../../config/types.ts';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import { nearest } from '../../errors/nearest.ts';
import type { CallToolResult } from '../../manager.ts';
import { type Cli, note, print, printJson } from '../context.ts';
import { connectControl } from '../control-client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { listenToEnds } from '../interrupts.ts';
import { withServers } from '../one-shot.ts';
import { shortPath } from '../places.ts';
import { readArguments } from '../read-arguments.ts';
import { renderResult } from '../render/call-result.ts';
import { themeFor } from '../render/theme.ts';
import { managerDir } from '../running-manager.ts';

export interface CallRequest {
  readonly server: string;
  readonly tool: string;
  /** A JSON object, or `-` to read it from stdin. */
  readonly json: string | undefined;
  readonly timeoutMs: number | undefined;
}

/** Calls a tool, through the running manager or with the server started for this alone, and prints what it answers. */
export async function call(cli: Cli, request: CallRequest): Promise<ExitCode> {
  const args = readArguments(request.json === '-' ? await text(cli.stdin) : (request.json ?? ''));
  const result = (await throughManager(cli, request, args)) ?? (await alone(cli, request, args));
  if (cli.options.json) printJson(cli, result);
  else print(cli, renderResult(result, cli.theme));
  if (result.isError !== true) return EXIT.done;
  if (!cli.options.json) {
    const { bad } = themeFor(cli.stderr, cli.env);
    note(cli, `${bad('error:')} ${request.server}: the tool "${request.tool}" reported an error`);
  }
  return EXIT.toolError;
}

type Arguments = ReturnType<typeof readArguments>;

/** Null where no manager runs. */
async function throughManager(
  cli: Cli,
  { server, tool, timeoutMs }: CallRequest,
  args: Arguments,
): Promise<CallToolResult | null> {
  const client = await connectControl(await managerDir(cli));
  if (client === null) return null;
  const interrupted = new AbortController();
  const abort = (): void => interrupted.abort();
  const ends = listenToEnds({ stop: abort, hasten: abort, fail: abort });
  try {
    return await client.call({ server, tool, arguments: args, timeoutMs, signal: interrupted.signal });
  } finally {
    ends[Symbol.dispose]();
  }
}

function alone(cli: Cli, { server, tool, timeoutMs }: CallRequest, args: Arguments): Promise<CallToolResult> {
  return withServers(
    cli,
    config => {
      refuseAbsent(config, server, cli.cwd);
      return [server];
    },
    (manager, signal) => manager.callTool(server, tool, args, { signal, timeoutMs }),
  );
}

/** A server that is written down but left out deserves more than "there is none". */
function refuseAbsent(config: Config, name: string, cwd: string): void {
  if (config.servers.some(server => server.name === name)) return;
  const file = config.file === null ? 'the configuration' : shortPath(config.file, cwd);
  const isDisabled = config.disabled.includes(name);
  const names = config.servers.map(server => server.name);
  const own = names.length === 0 ? `${file} has no servers` : `${file} has ${names.join(', ')}`;
  throw new HoldfastError('TOOL_SERVER_UNKNOWN', {
    details: { name, nearest: nearest(name, names) },
    hint: isDisabled ? `it is disabled in ${file}` : own,
  });
}
