import { type Cli, note, print } from '../context.ts';
import { dashboardLink } from '../dashboard-link.ts';
import { redactEvent } from '../redact-deep.ts';
import { eventLine, formatEventLine } from '../render/event-line.ts';
import type { Scene, View } from './view.ts';

/** For files, pipes and service managers: one line for each thing worth telling. */
export function plainView(cli: Cli, scene: Scene): View {
  let advice: string | null = null;
  return {
    opened({ url, token, tokenFile, pid }) {
      // What goes into a log must not open the servers to whoever reads it.
      const secret = token === null ? 'without a token' : `with the token in ${tokenFile}`;
      print(cli, [
        `${scene.title} is up (pid ${pid}), "holdfast status" shows its servers`,
        `clients connect to ${url}, ${secret}`,
        `the dashboard is at ${dashboardLink(url, null)}`,
      ]);
    },
    event(event) {
      const line = eventLine(redactEvent(event, scene.redact));
      if (line !== null) print(cli, formatEventLine(line, Number.POSITIVE_INFINITY, cli.theme));
      // A new process is told of by this event alone.
      const now = event.type === 'server.ready' ? (scene.advice?.(scene.status()) ?? null) : null;
      if (now !== null && now !== advice) print(cli, [now]);
      advice = now ?? advice;
    },
    stopping: () => note(cli, 'stopping…'),
    say: text => note(cli, text),
    close: survivors => print(cli, [lastWords(survivors)]),
  };
}

/** What a stop ends with. */
export function lastWords(survivors: readonly number[]): string {
  if (survivors.length === 0) return 'all servers are stopped, no process is left';
  return `could not be ended: pid ${survivors.join(', ')}`;
}
