import type { ServerStatus } from '../../supervisor/status.ts';
import { columns } from './columns.ts';
import { type EventLine, formatEventLine } from './event-line.ts';
import { serverCells, serverColumns, serverDetails, toneOf } from './server-block.ts';
import { truncate, widthOf } from './text.ts';
import type { Theme } from './theme.ts';
import { count, uptime } from './units.ts';

/** Everything that the screen shows. */
export interface Screen {
  readonly title: string;
  readonly uptimeMs: number;
  readonly servers: readonly ServerStatus[];
  /** Oldest first. */
  readonly events: readonly EventLine[];
  /** Lines at the bottom, shown whatever else has no room. */
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

/** The table of servers alone, each with what is to be said of it. */
export function serverTable(servers: readonly ServerStatus[], now: number, width: number, theme: Theme): string[] {
  const blocks = blocksOf(servers, now, width, theme);
  return [blocks.heading, ...blocks.servers.flatMap(({ row, details }) => [row, ...details])];
}

/** The live screen: what runs and how it is, then what happened lately. No line is wider than `width`. */
export function renderScreen(screen: Screen, { width, height }: Size, theme: Theme): string[] {
  const top = [titleLine(screen, width, theme), ''];
  const bottom = screen.footer.map(line => theme.dim(truncate(line, width)));
  const blocks = blocksOf(screen.servers, screen.now, width, theme);
  const wanted = 1 + blocks.servers.reduce((sum, { details }) => sum + 1 + details.length, 0);
  // An empty line stands above the events, and one above the footer.
  const room = height - top.length - (bottom.length === 0 ? 0 : bottom.length + 1);
  const events = latest(screen.events, Math.min(EVENTS, Math.max(FEW_EVENTS, room - wanted - 1)), width, theme);
  const list = room < events.length + 4 ? [] : events;
  const table = fitTable(blocks, room - (list.length === 0 ? 0 : list.length + 1), theme);
  const parts = [table, list, bottom].filter(part => part.length > 0);
  return [...top, ...parts.flatMap((part, index) => (index === 0 ? part : ['', ...part]))].slice(
    0,
    Math.max(1, height),
  );
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

/** `2 ready, 1 failed` */
export function summary(servers: readonly ServerStatus[]): string {
  const counts = new Map<string, number>();
  for (const { state } of servers) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, number]) => `${number} ${state}`).join(', ');
}

function titleLine({ title, uptimeMs, servers }: Screen, width: number, theme: Theme): string {
  const figures = servers.length === 0 ? 'no servers' : `${count(servers.length, 'server')}: ${summary(servers)}`;
  const right = `up ${uptime(uptimeMs)}`;
  const left = truncate(`${title}  ${figures}`, width);
  const gap = width - widthOf(left) - widthOf(right);
  const head = left.startsWith(title) ? theme.strong(title) + left.slice(title.length) : left;
  return gap < 2 || !Number.isFinite(gap) ? head : `${head}${' '.repeat(gap)}${theme.dim(right)}`;
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

function blocksOf(servers: readonly ServerStatus[], now: number, width: number, theme: Theme): Blocks {
  const { heading, rows } = columns(serverColumns, servers.map(serverCells), width, theme);
  return {
    heading,
    servers: servers.map((server, index) => ({
      row: rows[index] ?? '',
      details: serverDetails(server, width, now, theme),
      isWell: toneOf(server) === 'good' || toneOf(server) === 'dim',
    })),
  };
}

/** Where not everything has room, each server keeps its row and all say less; then those in trouble come first. */
function fitTable({ heading, servers }: Blocks, height: number, theme: Theme): string[] {
  const longest = Math.max(0, ...servers.map(({ details }) => details.length));
  for (let most = longest; most >= 0; most--) {
    const lines = servers.flatMap(({ row, details }) => [row, ...details.slice(0, most)]);
    if (lines.length + 1 <= height) return [heading, ...lines];
  }
  const shown = [...servers].sort((a, b) => Number(a.isWell) - Number(b.isWell)).slice(0, Math.max(0, height - 2));
  return [heading, ...shown.map(({ row }) => row), theme.dim(`  … and ${servers.length - shown.length} more`)];
}
