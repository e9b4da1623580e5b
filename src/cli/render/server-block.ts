import type { ServerStatus } from '../../supervisor/status.ts';
import type { Cell, Column } from './columns.ts';
import { asWhole, instanceLines } from './instance-lines.ts';
import { lastWords } from './last-words.ts';
import { oneLine, truncate, wrap, wrapWhole } from './text.ts';
import { type Theme, type Tone, toneOfState } from './theme.ts';
import { duration, uptime } from './units.ts';

/** The columns of the table of servers; `serverCells` fills them. */
export const serverColumns: readonly Column[] = [
  { title: '  server', align: 'left', min: 10 },
  { title: 'state', align: 'left', min: 8 },
  { title: 'health', align: 'left', min: 9, worth: 6 },
  { title: 'pid', align: 'right', min: 6, worth: 5 },
  { title: 'tools', align: 'right', min: 5, worth: 3 },
  { title: 'latency', align: 'right', min: 7, worth: 1 },
  { title: 'restarts', align: 'right', min: 8, worth: 4 },
  { title: 'up', align: 'right', min: 6, worth: 2 },
];

const NONE = '–';
const INDENT = '    ';
/** Beyond this a sentence is cut off: the screen is for all servers. */
const MESSAGE_LINES = 3;
const STDERR_LINES = 3;
/** Processes besides the first that the live screen shows of one server. */
const MOST_INSTANCES = 4;

export interface DetailsPlace {
  readonly width: number;
  readonly now: number;
  readonly isWhole: boolean;
  /** There is little room: of a failed server the cause and what to do, each in so many lines at most, and of the others what is wrong. */
  readonly most?: number | undefined;
  /** How a command of the manager is written here; "holdfast …" where nothing more is needed. */
  readonly command?: ((words: string) => string) | undefined;
}

/** How a server is doing, in one colour. */
export function toneOf(server: ServerStatus): Tone {
  const { state, health } = asWhole(server);
  return toneOfState(state, health);
}

/** The row of one server. */
export function serverCells(server: ServerStatus): Cell[] {
  const { state, health, restarts } = asWhole(server);
  const tone = toneOfState(state, health);
  const { p50 } = server.latencyMs;
  const isUp = state === 'ready';
  const quiet = (text: string): Cell => (text === NONE ? { text, tone: 'dim' } : { text });
  return [
    { text: `${markOf(state, health)} ${oneLine(server.name)}`, tone },
    { text: state, tone },
    { text: state === 'stopped' ? NONE : health, tone },
    quiet(server.pid === null ? NONE : String(server.pid)),
    quiet(server.tools === 0 && !isUp ? NONE : String(server.tools)),
    quiet(p50 === null ? NONE : duration(p50)),
    restarts === 0 ? { text: '0', tone: 'dim' } : { text: String(restarts), tone: 'warn' },
    quiet(server.uptimeMs === null ? NONE : uptime(server.uptimeMs)),
  ];
}

export function markOf(state: ServerStatus['state'], health: ServerStatus['health']): string {
  switch (state) {
    case 'ready':
      return health === 'healthy' || health === 'unknown' ? '●' : '◐';
    case 'failed':
      return '✗';
    case 'stopped':
      return '○';
    case 'starting':
    case 'stopping':
    case 'backoff':
      return '◌';
  }
}

/**
 * What stands below the row of a server: where it is not well why, what to do, and its last words; its further processes. `now` is
 * wall-clock ms. `isWhole`: there is room for all of it, and nothing that helps is cut off.
 */
export function serverDetails(server: ServerStatus, place: DetailsPlace, theme: Theme): string[] {
  const { width, now, isWhole, most, command = words => `holdfast ${words}` } = place;
  const room = Math.max(8, width - INDENT.length);
  const say = (text: string, tone: Tone): string[] =>
    wrap(oneLine(text), room, most ?? MESSAGE_LINES).map(line => INDENT + theme[tone](line));
  const survivors =
    server.survivors.length === 0 ? [] : say(`could not be ended: pid ${server.survivors.join(', ')}`, 'bad');
  const why = (): string[] => {
    switch (server.state) {
      case 'failed':
        return [...failure(server, { room, now, isWhole, most, command }, theme, say), ...survivors];
      case 'backoff': {
        const { number, of } = server.attempt;
        const next = nextTry(server, now);
        return say(`${errorOf(server).message}; starting again${next}, attempt ${number} of ${of}`, 'warn');
      }
      case 'ready':
        return server.reason === null || server.health === 'healthy' ? [] : say(server.reason, 'warn');
      case 'stopped':
        return server.desired === 'onDemand' && server.reason !== null ? say(server.reason, 'dim') : survivors;
      default:
        return survivors;
    }
  };
  if (most !== undefined) return why();
  const { url } = server;
  const others = instanceLines(server, room, isWhole ? Number.POSITIVE_INFINITY : MOST_INSTANCES, theme);
  // The last of it, since it is the first to go where there is no room; never cut off. An older manager does not tell it.
  return [...why(), ...others.map(line => INDENT + line), ...(url == null ? [] : [INDENT + theme.dim(oneLine(url))])];
}

function failure(
  server: ServerStatus,
  {
    room,
    now,
    isWhole,
    most,
    command,
  }: Pick<DetailsPlace, 'now' | 'isWhole' | 'most'> & { room: number; command: (words: string) => string },
  theme: Theme,
  say: (text: string, tone: Tone) => string[],
): string[] {
  const { message, hint, stderrTail } = errorOf(server);
  const bar = '│ ';
  const next = server.nextTryAt === null ? 'tried again ' : `tried again${nextTry(server, now)}, `;
  const words = lastWords(stderrTail, STDERR_LINES).map(line => truncate(oneLine(line), room - bar.length));
  const help = oneLine(hint);
  const advice = hint === '' ? [] : isWhole ? wrapWhole(help, room - 4) : wrap(help, room - 4, most ?? MESSAGE_LINES);
  const start = `${next}at once with "${command(`start ${oneLine(server.name)}`)}"`;
  const first = [
    ...say(message, 'bad'),
    ...advice.map((line, index) => `${INDENT}${theme.dim(index === 0 ? 'do  ' : '    ')}${line}`),
  ];
  if (most !== undefined) return first;
  return [
    ...first,
    ...words.map(line => INDENT + theme.dim(bar + line)),
    ...(isWhole ? wrapWhole(start, room) : wrap(start, room, 2)).map(line => INDENT + theme.dim(line)),
  ];
}

function nextTry({ nextTryAt }: ServerStatus, now: number): string {
  if (nextTryAt === null) return '';
  const ms = Date.parse(nextTryAt) - now;
  return ms > 0 ? ` in ${duration(ms)}` : ' now';
}

interface ErrorWords {
  readonly message: string;
  readonly hint: string;
  readonly stderrTail: readonly string[];
}

/** `lastError` comes as JSON from a manager that may be of another version. */
export function errorOf({ lastError }: Pick<ServerStatus, 'lastError'>): ErrorWords {
  const { message, hint, stderrTail } = lastError ?? {};
  return {
    message: typeof message === 'string' ? message : 'it is down for no known reason',
    hint: typeof hint === 'string' ? hint : '',
    stderrTail: Array.isArray(stderrTail) ? stderrTail.filter(line => typeof line === 'string') : [],
  };
}
