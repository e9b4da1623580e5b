import { redactDeep } from '../../errors/redact-deep.ts';
import { type Cli, note, printJson } from '../context.ts';
import { dashboardLink } from '../dashboard-link.ts';
import type { Scene, View } from './view.ts';

/** For programs: the line `listening`, then each event as a line, its name under `event` as in the first line. */
export function jsonView(cli: Cli, { redact }: Pick<Scene, 'redact'>): View {
  return {
    opened: ({ url, token, pid, control }) =>
      printJson(cli, { event: 'listening', url, token, pid, control, dashboard: dashboardLink(url, token) }),
    event: event => printJson(cli, { event: event.type, ...redactDeep(event, redact) }),
    stopping: () => note(cli, 'stopping…'),
    say: text => note(cli, text),
    close: () => undefined,
  };
}
