import type { HoldfastEvent } from '../../telemetry/events.ts';
import { type Cli, redactUnknown } from '../context.ts';
import { redactEvent } from '../redact-deep.ts';
import { configurationLines } from '../render/configuration-lines.ts';
import { type EventLine, eventLine } from '../render/event-line.ts';
import { managerTitle, renderScreen, type Size } from '../render/screen.ts';
import { wrapWhole } from '../render/text.ts';
import type { Watched } from '../status-watch.ts';
import { sizeOf } from './live-view.ts';
import { createPainter } from './painter.ts';

const KEPT_EVENTS = 50;
/** A title, a heading and a server. */
const LEAST_LINES = 4;
const ROOM_FOR_TABLE = 8;

export interface WatchView {
  event(event: HoldfastEvent): void;
  /** `why`: what keeps us from asking one. */
  show(reports: readonly Watched[], why: string | null): void;
  close(): void;
}

/** For people at a terminal: every manager's table, in place, and below a single one what happened lately. */
export function watchView(cli: Cli): WatchView {
  const painter = createPainter(cli.stdout);
  let events: readonly EventLine[] = [];
  let reports: readonly Watched[] = [];
  let trouble: string | null = null;

  const draw = (): void => {
    const size = sizeOf(cli.stdout);
    painter.paint(watchLines({ reports, trouble, events, now: Date.now() }, size, cli.theme));
  };
  cli.stdout.on('resize', draw);
  return {
    event(event) {
      const line = eventLine(redactEvent(event, redactUnknown));
      if (line !== null) events = [...events, line].slice(-KEPT_EVENTS);
    },
    show(all, why) {
      reports = all;
      trouble = why;
      draw();
    },
    close: () => void cli.stdout.off('resize', draw),
  };
}

interface WatchScreen {
  readonly reports: readonly Watched[];
  readonly trouble: string | null;
  readonly events: readonly EventLine[];
  /** Wall-clock milliseconds. */
  readonly now: number;
}

/** The screen of all managers in at most `height` lines, shared evenly; those that have no room are counted. */
export function watchLines(
  { reports, trouble, events, now }: WatchScreen,
  { width, height }: Size,
  theme: Cli['theme'],
): string[] {
  const footer = ['Ctrl-C ends this, and nothing else'];
  const why = trouble === null ? [] : wrapWhole(trouble, width).map(line => theme.warn(line));
  const isAlone = reports.length === 1;
  if (reports.length === 0)
    return [
      theme.warn('no manager is running; waiting for one ("holdfast up")'),
      ...why,
      ...footer.map(theme.dim),
    ].slice(0, height);
  const [first] = reports;
  // An older manager does not tell of it.
  const notes =
    isAlone && first?.report.manager.configuration !== undefined
      ? configurationLines(first.report.manager.configuration, width, theme)
      : [];
  // The table is worth more than the sixth mistake.
  const top = [...why, ...notes].slice(0, Math.max(0, height - ROOM_FOR_TABLE));
  const room = height - top.length;
  const shown = reports.slice(0, Math.max(1, Math.floor((room + 1) / (LEAST_LINES + 1))));
  const left = reports.length - shown.length;
  const share = Math.floor((room - (left === 0 ? 0 : 1) - (shown.length - 1)) / shown.length);
  const blocks = shown.map(({ client, report: { manager, servers } }, index) => {
    const title = managerTitle(manager, client.holder.isGuest);
    const where = manager.url === null ? [] : [`endpoint ${manager.url}`];
    const screen = {
      title,
      uptimeMs: manager.uptimeMs,
      servers,
      events: isAlone ? events : [],
      footer: isAlone ? [...footer, ...where] : [...where, ...(index === shown.length - 1 ? footer : [])],
      now,
    };
    return renderScreen(screen, { width, height: share }, theme);
  });
  const more = left === 0 ? [] : [theme.dim(`… and ${left} more managers`)];
  return [...top, ...blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block])), ...more];
}
