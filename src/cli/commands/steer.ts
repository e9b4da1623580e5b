import { redactDeep } from '../../errors/redact-deep.ts';
import { type Cli, print, printJson, redactUnknown, widthOf } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { serverTable } from '../render/screen.ts';
import { runningManager } from '../running-manager.ts';

/** Starts, stops or restarts one server of the running manager, and shows how it is then. */
export async function steer(cli: Cli, verb: 'start' | 'stop' | 'restart', name: string): Promise<ExitCode> {
  const client = await runningManager(cli);
  const server = redactDeep(await client[verb](name), redactUnknown);
  if (cli.options.json) printJson(cli, server);
  else print(cli, serverTable([server], Date.now(), widthOf(cli.stdout), cli.theme));
  if (verb === 'stop') return server.survivors.length === 0 ? EXIT.done : EXIT.failed;
  return server.state === 'failed' ? EXIT.unavailable : EXIT.done;
}
