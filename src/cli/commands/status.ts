import { type Cli, print, printJson, redactUnknown, widthOf } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { redactDeep } from '../redact-deep.ts';
import { renderScreen } from '../render/screen.ts';
import { count } from '../render/units.ts';
import { runningManager } from '../running-manager.ts';

/** How the servers of the running manager are. */
export async function status(cli: Cli): Promise<ExitCode> {
  const report = redactDeep(await (await runningManager(cli)).status(), redactUnknown);
  if (cli.options.json) {
    printJson(cli, report);
    return EXIT.done;
  }
  const { manager, servers } = report;
  const title = `holdfast ${manager.version} (pid ${manager.pid})`;
  const { url, clients } = manager;
  const footer = url === null ? [] : [`${url}  ${count(clients, 'client')}`];
  const screen = { title, uptimeMs: manager.uptimeMs, servers, events: [], footer, now: Date.now() };
  const size = { width: widthOf(cli.stdout), height: Number.POSITIVE_INFINITY };
  print(cli, renderScreen(screen, size, cli.theme));
  return EXIT.done;
}
