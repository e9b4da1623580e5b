import type { StatusReport } from '../../daemon/control-routes.ts';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import { nearest } from '../../errors/nearest.ts';
import { redactDeep } from '../../errors/redact-deep.ts';
import { type Cli, print, printJson, redactUnknown, widthOf } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { configurationLines } from '../render/configuration-lines.ts';
import { managerFacts } from '../render/manager-facts.ts';
import { managerTitle, renderScreen } from '../render/screen.ts';
import { runningManager, runningManagers } from '../running-manager.ts';

/** How the servers of the running manager are, or of every one that runs; of those that are named, else of all. */
export async function status(cli: Cli, isOfAll: boolean, names: readonly string[]): Promise<ExitCode> {
  const clients = isOfAll ? await runningManagers(cli) : [await runningManager(cli)];
  const whole = await Promise.all(clients.map(async client => redactDeep(await client.status(), redactUnknown)));
  const reports = only(names, whole);
  if (cli.options.json) printJson(cli, isOfAll ? { managers: reports } : reports[0]);
  else
    for (const [index, report] of reports.entries()) {
      const lines = statusLines(cli, report, clients[index]?.holder.isGuest === true);
      print(cli, index === 0 ? lines : ['', '', ...lines]);
    }
  return EXIT.done;
}

/** @throws HoldfastError TOOL_SERVER_UNKNOWN for one that none of them has */
export function only(names: readonly string[], reports: readonly StatusReport[]): StatusReport[] {
  const known = reports.flatMap(({ servers }) => servers.map(({ name }) => name));
  const unknown = names.find(name => !known.includes(name));
  if (unknown !== undefined)
    throw new HoldfastError('TOOL_SERVER_UNKNOWN', { details: { name: unknown, nearest: nearest(unknown, known) } });
  if (names.length === 0) return [...reports];
  return reports.map(report => ({ ...report, servers: report.servers.filter(({ name }) => names.includes(name)) }));
}

/** All that there is to say of one manager. */
export function statusLines(cli: Cli, { manager, servers }: StatusReport, isGuest: boolean): string[] {
  const title = managerTitle(manager, isGuest);
  const screen = { title, uptimeMs: manager.uptimeMs, servers, events: [], footer: [], now: Date.now() };
  const width = widthOf(cli.stdout);
  const table = renderScreen(screen, { width, height: Number.POSITIVE_INFINITY }, cli.theme);
  // A manager of an earlier version says nothing of it.
  const trouble =
    manager.configuration === undefined ? [] : configurationLines(manager.configuration, width, cli.theme);
  const notes = trouble.length === 0 ? [] : ['', ...trouble];
  return [...table, ...notes, '', ...managerFacts(manager, servers, width, cli.theme)];
}
