import type { ServerStatus } from '../../supervisor/status.ts';
import { columns } from './columns.ts';
import { type EventLine, formatEventLine } from './event-line.ts';
import { type DetailsPlace, serverCells, serverColumns, serverDetails, toneOf } from './server-block.ts';
import { rowsOf, truncate, widthOf, wrapWhole } from './text.ts';
import type { Theme } from './theme.ts';
import { count, uptime } from './units.ts';

/** Everything that the screen shows. */
export interface Screen {
  readonly title: string;
  readonly uptimeMs: number;
  readonly servers: readonly ServerStatus[];
  /** Oldest first. */
  readonly events: readonly EventLine[];
  /** Below it all, the most important first: the first is always shown, the others where servers have room besides. None is cut off. */
  readonly footer: readonly string[];
  /** Wall-clock milliseconds. */
  readonly now: number;
}

export interface Size {
  readonly width: number;
  /** Lines that may be used at most. */
  readonly height: number;
}

const EVENTS = 8;
const FEW_EVENTS = 3;
/** The heading and three servers: for their sake the bottom says less. */
const LEAST_TABLE = 4;
/** Screens of fewer lines have none to leave empty. */
const ROOMY = 12;

/** The table of servers alone, each with what is to be said of it. */
export function serverTable(servers: readonly ServerStatus[], now: number, width: number, theme: Theme): string[] {
  const blocks = blocksOf(servers, { now, width, isWhole: true }, theme);
  return [blocks.heading, ...blocks.servers.flatMap(({ row, details }) => [row, ...details])];
}

/**
 * The live screen: what runs and how it is, then what happened lately. It takes at most `height` lines of a terminal. None of ours is wider
 * than `width`, but for addresses and tokens that are: those are the terminal's to break.
 */
export function renderScreen(screen: Screen, { width, height }: Size, theme: Theme): string[] {
  const gap = height < ROOMY ? [] : [''];
  const top = [...titleLines(screen, { width, height }, theme), ...gap];
  const isWhole = height === Number.POSITIVE_INFINITY;
  const blocks = blocksOf(screen.servers, { now: screen.now, width, isWhole }, theme);
  const wanted = 1 + blocks.servers.reduce((sum, { details }) => sum + 1 + rowsOf(details, width), 0);
  const inner = height - top.length;
  const bottom = fitFooter(screen.footer, width, inner - gap.length - Math.min(wanted, LEAST_TABLE));
  // A gap stands above the events, and one above the footer.
  const room = inner - (bottom.length === 0 ? 0 : rowsOf(bottom, width) + gap.length);
  const isTight = room - wanted < FEW_EVENTS + gap.length;
  const brief = isTight
    ? [3, 2, 1].map(most => blocksOf(screen.servers, { now: screen.now, width, isWhole, most }, theme))
    : [];
  // For the sake of why something does not run, less is said of what happened.
  const least = Math.min(wanted, ...brief.map(each => rowsOf(linesOf(each), width)));
  const events = latest(
    screen.events,
    Math.min(EVENTS, Math.max(Math.min(FEW_EVENTS, room - least - gap.length), room - wanted - gap.length)),
    width,
    theme,
  );
  const list = room < events.length + LEAST_TABLE ? [] : events;
  const table = fitTable([blocks, ...brief], room - (list.length === 0 ? 0 : list.length + gap.length), width, theme);
  const parts = [table, list, bottom.map(line => theme.dim(line))].filter(part => part.length > 0);
  const lines = [...top, ...parts.flatMap((part, index) => (index === 0 ? part : [...gap, ...part]))];
  while (lines.length > 1 && rowsOf(lines, width) > height) lines.pop();
  return lines;
}

function fitFooter(footer: readonly string[], width: number, room: number): string[] {
  const lines: string[] = [];
  for (const [index, text] of footer.entries()) {
    const added = wrapWhole(text, width);
    if (index > 0 && rowsOf(lines, width) + rowsOf(added, width) > room) break;
    lines.push(...added);
  }
  return lines;
}

/** The last events that fit into `room` lines, oldest first. */
function latest(events: readonly EventLine[], room: number, width: number, theme: Theme): string[] {
  let lines: string[] = [];
  for (const event of events.toReversed()) {
    const added = formatEventLine(event, width, theme);
    if (lines.length + added.length > room) break;
    lines = [...added, ...lines];
  }
  return lines;
}

/** Who shows it: `holdfast 1.0.0 (pid 4711)`. */
export function managerTitle(
  { version, pid }: { readonly version: string; readonly pid: number },
  isGuest: boolean,
): string {
  return `holdfast ${version} (pid ${pid}${isGuest ? ', in a "holdfast connect"' : ''})`;
}

/** `2 ready, 1 failed` */
export function summary(servers: readonly ServerStatus[]): string {
  const counts = new Map<string, number>();
  for (const { state } of servers) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, number]) => `${number} ${state}`).join(', ');
}

/** Where there is no room for both, the counts are worth more than who shows them; a page without end has a line for each. */
function titleLines({ title, uptimeMs, servers }: Screen, { width, height }: Size, theme: Theme): string[] {
  const counts = summary(servers);
  const figures = servers.length === 0 ? 'no servers' : `${count(servers.length, 'server')}: ${counts}`;
  const whole = `${title}  ${figures}`;
  const right = `up ${uptime(uptimeMs)}`;
  if (widthOf(whole) > width) {
    if (height === Number.POSITIVE_INFINITY)
      return [theme.strong(truncate(title, width)), ...wrapWhole(figures, width)];
    return [truncate(widthOf(figures) <= width ? figures : counts, width)];
  }
  const gap = width - widthOf(whole) - widthOf(right);
  const head = `${theme.strong(title)}  ${figures}`;
  return [gap < 2 || !Number.isFinite(gap) ? head : `${head}${' '.repeat(gap)}${theme.dim(right)}`];
}

interface Block {
  readonly row: string;
  readonly details: readonly string[];
  readonly isWell: boolean;
}

interface Blocks {
  readonly heading: string;
  readonly servers: readonly Block[];
}

function blocksOf(servers: readonly ServerStatus[], place: DetailsPlace, theme: Theme): Blocks {
  const { heading, rows } = columns(serverColumns, servers.map(serverCells), place.width, theme);
  return {
    heading,
    servers: servers.map((server, index) => ({
      row: rows[index] ?? '',
      details: serverDetails(server, place, theme),
      isWell: toneOf(server) === 'good' || toneOf(server) === 'dim',
    })),
  };
}

const linesOf = ({ heading, servers }: Blocks): string[] => [
  heading,
  ...servers.flatMap(({ row, details }) => [row, ...details]),
];

/** Where not everything has room, the first of `choices` that has; then each server keeps its row and all say less; then those in trouble come first. */
function fitTable(choices: readonly Blocks[], height: number, width: number, theme: Theme): string[] {
  const fitting = choices.map(linesOf).find(lines => rowsOf(lines, width) <= height);
  if (fitting !== undefined) return fitting;
  const { heading, servers } = choices.at(-1) ?? { heading: '', servers: [] };
  const longest = Math.max(0, ...servers.map(({ details }) => details.length));
  for (let most = longest; most >= 0; most--) {
    const lines = servers.flatMap(({ row, details }) => [row, ...details.slice(0, most)]);
    if (rowsOf(lines, width) + 1 <= height) return [heading, ...lines];
  }
  const shown = [...servers].sort((a, b) => Number(a.isWell) - Number(b.isWell)).slice(0, Math.max(0, height - 2));
  return [heading, ...shown.map(({ row }) => row), theme.dim(`  … and ${servers.length - shown.length} more`)];
}
