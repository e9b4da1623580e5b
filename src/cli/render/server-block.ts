import type { ServerStatus } from '../../supervisor/status.ts';
import type { Cell, Column } from './columns.ts';
import { lastWords } from './last-words.ts';
import { oneLine, truncate, wrap } from './text.ts';
import type { Theme, Tone } from './theme.ts';
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

/** How a server is doing, in one colour. */
export function toneOf({ state, health }: ServerStatus): Tone {
  if (state === 'ready') return health === 'healthy' || health === 'unknown' ? 'good' : 'warn';
  if (state === 'failed') return 'bad';
  return state === 'stopped' ? 'dim' : 'warn';
}

/** The row of one server. */
export function serverCells(server: ServerStatus): Cell[] {
  const tone = toneOf(server);
  const { p50 } = server.latencyMs;
  const isUp = server.state === 'ready';
  const quiet = (text: string): Cell => (text === NONE ? { text, tone: 'dim' } : { text });
  return [
    { text: `${markOf(server)} ${oneLine(server.name)}`, tone },
    { text: server.state, tone },
    { text: server.state === 'stopped' ? NONE : server.health, tone },
    quiet(server.pid === null ? NONE : String(server.pid)),
    quiet(server.tools === 0 && !isUp ? NONE : String(server.tools)),
    quiet(p50 === null ? NONE : duration(p50)),
    server.restarts.total === 0 ? { text: '0', tone: 'dim' } : { text: String(server.restarts.total), tone: 'warn' },
    quiet(server.uptimeMs === null ? NONE : uptime(server.uptimeMs)),
  ];
}

function markOf({ state, health }: ServerStatus): string {
  switch (state) {
    case 'ready':
      return health === 'degraded' || health === 'suspect' ? '◐' : '●';
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

/** What stands below the row of a server that is not well: why, what to do, and its last words. `now` is wall-clock ms. */
export function serverDetails(server: ServerStatus, width: number, now: number, theme: Theme): string[] {
  const room = Math.max(8, width - INDENT.length);
  const say = (text: string, tone: Tone): string[] =>
    wrap(oneLine(text), room, MESSAGE_LINES).map(line => INDENT + theme[tone](line));
  const survivors =
    server.survivors.length === 0 ? [] : say(`could not be ended: pid ${server.survivors.join(', ')}`, 'bad');
  const why = (): string[] => {
    switch (server.state) {
      case 'failed':
        return [...failure(server, room, now, theme, say), ...survivors];
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
  const { url } = server;
  // The last of it, since it is the first to go where there is no room; never cut off. An older manager does not tell it.
  return [...why(), ...(url == null ? [] : [INDENT + theme.dim(oneLine(url))])];
}

function failure(
  server: ServerStatus,
  room: number,
  now: number,
  theme: Theme,
  say: (text: string, tone: Tone) => string[],
): string[] {
  const { message, hint, stderrTail } = errorOf(server);
  const bar = '│ ';
  const next = server.nextTryAt === null ? 'tried again ' : `tried again${nextTry(server, now)}, `;
  const words = lastWords(stderrTail, STDERR_LINES).map(line => truncate(oneLine(line), room - bar.length));
  const advice = hint === '' ? [] : wrap(oneLine(hint), room - 4, MESSAGE_LINES);
  return [
    ...say(message, 'bad'),
    ...advice.map((line, index) => `${INDENT}${theme.dim(index === 0 ? 'do  ' : '    ')}${line}`),
    ...words.map(line => INDENT + theme.dim(bar + line)),
    INDENT + theme.dim(truncate(`${next}at once with "holdfast start ${oneLine(server.name)}"`, room)),
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
