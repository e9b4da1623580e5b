import { performance } from 'node:perf_hooks';
import type { Cli } from '../context.ts';
import { dashboardLink } from '../dashboard-link.ts';
import { redactEvent, redactStatus } from '../redact-deep.ts';
import { type EventLine, eventLine } from '../render/event-line.ts';
import { renderScreen, type Size } from '../render/screen.ts';
import { wrapWhole } from '../render/text.ts';
import { createPainter } from './painter.ts';
import { lastWords } from './plain-view.ts';
import type { Scene, View } from './view.ts';

/** Uptimes count seconds; nothing else changes without an event. */
const TICK_MS = 1_000;
/** A burst of events is drawn once. */
const FRAME_MS = 50;
const KEPT_EVENTS = 50;

/** For people at a terminal: a table that stays where it is, and what happened lately below it. */
export function liveView(cli: Cli, scene: Scene): View {
  const painter = createPainter(cli.stdout);
  const startedAt = performance.now();
  let events: readonly EventLine[] = [];
  let frame: NodeJS.Timeout | null = null;
  let endpoint: readonly string[] = [];
  let closing: 'no' | 'stopping' | 'closed' = 'no';

  const draw = (): void => {
    frame = null;
    const servers = scene.status().map(server => redactStatus(server, scene.redact));
    const footer =
      closing === 'no'
        ? [...endpoint, ...advice(servers), 'Ctrl-C stops everything']
        : ['stopping… (Ctrl-C again: at once)'];
    const screen = {
      title: scene.title,
      uptimeMs: performance.now() - startedAt,
      servers,
      events,
      footer: closing === 'closed' ? [] : footer,
      now: Date.now(),
    };
    painter.paint(renderScreen(screen, sizeOf(cli.stdout), cli.theme));
  };
  const advice = (servers: ReturnType<Scene['status']>): string[] => {
    if (scene.advice === undefined) return [];
    // A line that comes and goes would make everything jump.
    return [scene.advice(servers) ?? '…'];
  };
  const soon = (): void => {
    if (closing !== 'closed') frame ??= setTimeout(draw, FRAME_MS);
  };
  const tick = setInterval(draw, TICK_MS);
  cli.stdout.on('resize', draw);

  return {
    opened({ url, token }) {
      const secret = token === null ? [] : [`with the token ${token}`];
      // Short enough for one line of most terminals: a link that is broken over two cannot be clicked.
      endpoint = [`clients connect to ${url}`, ...secret, `open ${dashboardLink(url, token)}`];
      draw();
    },
    event(event) {
      const line = eventLine(redactEvent(event, scene.redact));
      if (line !== null) events = [...events, line].slice(-KEPT_EVENTS);
      soon();
    },
    stopping() {
      closing = 'stopping';
      draw();
    },
    say: text => painter.above(text),
    close(survivors) {
      closing = 'closed';
      clearInterval(tick);
      if (frame !== null) clearTimeout(frame);
      cli.stdout.off('resize', draw);
      draw();
      const lines = wrapWhole(lastWords(survivors), sizeOf(cli.stdout).width);
      cli.stdout.write(`\n${lines.join('\n')}\n`);
    },
  };
}

/** One column and one line less than there are: a full line makes some terminals wrap, a full screen makes them scroll. */
export function sizeOf({ columns, rows }: NodeJS.WriteStream): Size {
  return { width: Math.max(10, (columns || 80) - 1), height: Math.max(3, (rows || 24) - 1) };
}
