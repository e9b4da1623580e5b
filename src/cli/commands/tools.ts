import type { ServerStatus } from '../../supervisor/status.ts';
import { type Cli, note, print, printJson, redactUnknown, widthOf } from '../context.ts';
import { connectControl } from '../control-client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withServers } from '../one-shot.ts';
import { errorOf } from '../render/server-block.ts';
import { renderTools } from '../render/tool-list.ts';
import { managerDir } from '../running-manager.ts';

type Tools = readonly (Readonly<Record<string, unknown>> & { readonly server: string })[];

/** Lists the tools of one server or of all, through the running manager or with servers started for this alone. */
export async function tools(cli: Cli, server: string | undefined): Promise<ExitCode> {
  const client = await connectControl(await managerDir(cli));
  const [list, status] =
    client === null
      ? await withServers(
          cli,
          config => (server === undefined ? config.servers.map(({ name }) => name) : [server]),
          async (manager, signal) => [await manager.listTools(server, { signal }), manager.status()] as const,
        )
      : ([await client.tools(server), (await client.status()).servers] as const);
  const leftOut = server === undefined ? missing(list, status) : [];
  if (cli.options.json) {
    printJson(cli, { tools: list, leftOut });
    return EXIT.done;
  }
  print(cli, renderTools(list, widthOf(cli.stdout), cli.theme));
  for (const { name, message } of leftOut) note(cli, `${name} is left out: ${message}`);
  return EXIT.done;
}

/** Servers that failed: a list that is silently short would be a lie. */
function missing(list: Tools, status: readonly ServerStatus[]): { name: string; message: string }[] {
  return status
    .filter(({ state, name }) => state === 'failed' && !list.some(tool => tool.server === name))
    .map(server => ({ name: server.name, message: redactUnknown(errorOf(server).message) }));
}
