import { type Cli, print, printJson, redactUnknown, widthOf } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { redactDeep } from '../redact-deep.ts';
import { managerFacts } from '../render/manager-facts.ts';
import { renderScreen } from '../render/screen.ts';
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
  const screen = { title, uptimeMs: manager.uptimeMs, servers, events: [], footer: [], now: Date.now() };
  const width = widthOf(cli.stdout);
  print(cli, renderScreen(screen, { width, height: Number.POSITIVE_INFINITY }, cli.theme));
  print(cli, ['', ...managerFacts(manager, width, cli.theme)]);
  return EXIT.done;
}
