import { redactDeep } from '../../errors/redact-deep.ts';
import { type Cli, note, print, printJson, redactUnknown, widthOf } from '../context.ts';
import type { ControlClient } from '../control-client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { commandFor } from '../places.ts';
import { serverTable } from '../render/screen.ts';
import { runningManager } from '../running-manager.ts';
import { tellProgress } from '../tell-progress.ts';

type Verb = 'start' | 'stop' | 'restart';

/** Starts, stops or restarts servers of the running manager, and shows how they are then. */
export async function steer(cli: Cli, verb: Verb, names: readonly string[]): Promise<ExitCode> {
  const client = await runningManager(cli);
  const each = [...new Set(names)];
  await refuseUnknown(client, verb, each);
  const progress = cli.stderr.isTTY
    ? await client.events(event => {
        if ('server' in event && each.includes(event.server)) tellProgress(cli, event, true);
      })
    : null;
  try {
    const servers = redactDeep(await Promise.all(each.map(name => client[verb](name))), redactUnknown);
    if (cli.options.json) printJson(cli, each.length === 1 ? servers[0] : { servers });
    else print(cli, serverTable(servers, Date.now(), widthOf(cli.stdout), cli.theme));
    if (verb === 'stop' && cli.stderr.isTTY && !cli.options.json)
      note(cli, `stopped until "${commandFor(cli.options)(`start ${each.join(' ')}`)}"`);
    if (verb === 'stop') return servers.every(({ survivors }) => survivors.length === 0) ? EXIT.done : EXIT.failed;
    return servers.some(({ state }) => state === 'failed') ? EXIT.unavailable : EXIT.done;
  } finally {
    progress?.close();
  }
}

/** Before anything is done to the others. The manager knows the nearest name. */
async function refuseUnknown(client: ControlClient, verb: Verb, names: readonly string[]): Promise<void> {
  if (names.length === 1) return;
  const known = (await client.status()).servers.map(({ name }) => name);
  for (const name of names) if (!known.includes(name)) await client[verb](name);
}
