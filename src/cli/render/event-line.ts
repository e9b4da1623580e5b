import { loadedWords } from '../../telemetry/config-entries.ts';
import { leftWords } from '../../telemetry/event-entries.ts';
import type { Fault, HoldfastEvent } from '../../telemetry/events.ts';
import { oneLine, wrap } from './text.ts';
import type { Theme, Tone } from './theme.ts';
import { count, duration, timeOfDay } from './units.ts';

/** One event in words. */
export interface EventLine {
  readonly at: number;
  readonly tone: Tone;
  readonly text: string;
}

/** The event in words for people, or null for what happens all the time or is told by another event too. */
export function eventLine(event: HoldfastEvent): EventLine | null {
  const words = wordsOf(marked(event));
  return words === null ? null : { at: event.at, tone: words[0], text: oneLine(words[1]) };
}

/** A server's first process goes by the server's name, each further one by its number, too. */
export const nameOf = ({ server, instance }: { readonly server: string; readonly instance: number }): string =>
  instance > 1 ? `${server} #${instance}` : server;

const marked = (event: HoldfastEvent): HoldfastEvent =>
  'instance' in event ? { ...event, server: nameOf(event) } : event;

function stopping(reason: string): string {
  switch (reason) {
    case 'relaunch':
      return 'restarting';
    case 'maxAge':
      return 'restarting, since it is older than maxAgeMs';
    case 'client':
      return 'starting again for a client with other capabilities';
    case 'idle':
      return 'going to rest, since nobody needs it';
    default:
      return 'stopping';
  }
}

/** Longer ones are cut off. */
const MOST_LINES = 2;

/** `12:00:03  files ready in 0.3 s, 14 tools`, and a second line where it is wider than `width` columns. */
export function formatEventLine({ at, tone, text }: EventLine, width: number, theme: Theme): string[] {
  const time = timeOfDay(at);
  const gap = '  ';
  const lines = wrap(text, Math.max(1, width - time.length - gap.length), MOST_LINES);
  return lines.map((line, index) => {
    const words = tone === 'dim' || tone === 'bad' || tone === 'warn' ? theme[tone](line) : line;
    return `${index === 0 ? theme.dim(time) : ' '.repeat(time.length)}${gap}${words}`;
  });
}

function wordsOf(event: HoldfastEvent): readonly [Tone, string] | null {
  switch (event.type) {
    case 'server.starting': {
      const again = event.incarnation > 1 ? ' again' : '';
      return ['dim', `${event.server} starting${again}${event.launch === 'direct' ? ' (direct, without npx)' : ''}`];
    }
    case 'server.ready': {
      const again = event.incarnation > 1 ? ' again' : '';
      const tools = count(event.tools, 'tool');
      const pid = event.pid === null ? '' : `, pid ${event.pid}`;
      return ['good', `${event.server} ready${again} in ${duration(event.readyMs)}, ${tools}${pid}`];
    }
    // Told before what it does to calls, and before what follows from it: `backoff` or `failed`.
    case 'server.down':
      return ['warn', happened(event.server, event.fault)];
    case 'server.backoff': {
      const when = event.delayMs === 0 ? 'now' : `in ${duration(event.delayMs)}`;
      return ['warn', `${event.server} starts again ${when}, attempt ${event.attempt} of ${event.of}`];
    }
    case 'server.failed': {
      if (event.nextTryMs === null) return ['bad', `${event.server} given up`];
      return ['bad', `${event.server} given up for now, next try in ${duration(event.nextTryMs)}`];
    }
    case 'server.stopping':
      return ['dim', `${event.server} ${stopping(event.reason)}`];
    case 'server.stopped':
      return ['dim', `${event.server} stopped`];
    case 'server.cleaned':
      if (event.survivors.length === 0) return null;
      return ['bad', `${event.server}: could not be ended: pid ${event.survivors.join(', ')}`];
    case 'server.notice':
      return ['warn', `${event.server}: ${event.text}`];
    case 'session.closed': {
      const parts = [told(event.held, 'held'), told(event.replayed, 'repeated'), told(event.rejected, 'rejected')];
      return ['warn', `${event.server} calls under way: ${parts.filter(part => part !== null).join(', ')}`];
    }
    case 'catalogue.changed':
      return catalogueWords(event);
    case 'health.changed':
      return healthWords(event);
    case 'call.finished':
      if (event.outcome !== 'rejected' && event.outcome !== 'timedOut') return null;
      return ['warn', `${event.server}: ${event.tool ?? event.method} ${callEnd(event)}`];
    case 'network.lookup':
      if (event.code === null) return null;
      if (event.host.startsWith('localhost:')) return ['warn', `nothing answers at ${event.host}`];
      return ['warn', `${event.host} could not be looked up (${event.code}), ${duration(event.coldMs)}`];
    case 'network.sockets':
      if (!event.isLeak) return null;
      return ['warn', `${event.server} does not close its connections: ${event.closeWait} in CLOSE_WAIT`];
    case 'network.ports': {
      const tone = event.verdict === 'alarm' ? 'bad' : event.verdict === 'warning' ? 'warn' : 'good';
      return [tone, `${event.used} of ${event.of} ports for outgoing connections are in use`];
    }
    case 'network.notice':
      return event.isWarning ? ['warn', event.text] : null;
    case 'client.connected':
      return ['dim', `client ${event.client} ${event.version} connected to ${event.path}`];
    case 'client.gone':
      return ['dim', `client ${event.client} is gone from ${event.path}: ${event.reason}`];
    case 'gateway.refused':
      return ['warn', `${count(event.count, 'request')} refused: ${event.reason}`];
    case 'config.loaded':
      return ['dim', loadedWords(event)];
    case 'config.rejected':
      return ['bad', `the configuration has mistakes, nothing has changed: ${event.issues.join('; ')}`];
    case 'config.switched':
      return ['good', `${event.server} runs with its new settings`];
    case 'config.kept':
      return ['bad', `${event.server}: new settings do not come up, the old ones go on: ${event.fault.message}`];
    case 'manager.resumed':
      return ['dim', `the machine slept, or its clock jumped, by ${duration(event.pausedMs)}`];
    case 'manager.swept':
      return ['warn', `an earlier run was killed; what it had left is ended: ${leftWords(event.found)}`];
    case 'logs.degraded':
      return ['bad', `the log files cannot be written: ${event.reason}`];
    case 'logs.recovered':
      return ['good', `the log files are written again; ${count(event.droppedLines, 'line')} are missing`];
    case 'manager.notice':
      return ['warn', event.text];
    case 'manager.stopped':
      if (event.survivors.length === 0) return null;
      return ['bad', `could not be ended: pid ${event.survivors.join(', ')}`];
    case 'server.output':
    case 'network.operation':
    case 'session.restored':
    case 'health.checked':
      return null;
  }
}

/** `files exited unexpectedly (SIGKILL)`, or `files: cannot find the command "nix"`. */
function happened(server: string, { message }: Fault): string {
  return message.startsWith('the server ')
    ? `${server} ${message.slice('the server '.length)}`
    : `${server}: ${message}`;
}

function told(number: number, what: string): string | null {
  return number === 0 ? null : `${number} ${what}`;
}

function callEnd(event: Extract<HoldfastEvent, { type: 'call.finished' }>): string {
  const how = event.outcome === 'timedOut' ? 'timed out' : 'was rejected';
  return `${how} after ${duration(event.tookMs)}${event.code === null ? '' : ` (${event.code})`}`;
}

function catalogueWords(event: Extract<HoldfastEvent, { type: 'catalogue.changed' }>): readonly [Tone, string] | null {
  // A first list is all "added", and told by `ready`.
  if (event.removed.length + event.changed.length === 0) return null;
  const parts = [namesOf('gone', event.removed), namesOf('new', event.added), namesOf('changed', event.changed)];
  const kind = event.kind === 'resourceTemplates' ? 'resource templates' : event.kind;
  return [
    event.removed.length > 0 ? 'warn' : 'dim',
    `${event.server} ${kind} ${parts.filter(part => part !== null).join('; ')}`,
  ];
}

function namesOf(what: string, names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `${what}: ${names.slice(0, 3).join(', ')}${more}`;
}

function healthWords({
  server,
  from,
  to,
  reason,
}: Extract<HoldfastEvent, { type: 'health.changed' }>): readonly [Tone, string] | null {
  if (to === 'degraded' || to === 'suspect') return ['warn', `${server} ${to}${reason === null ? '' : `: ${reason}`}`];
  return to === 'healthy' && (from === 'degraded' || from === 'suspect') ? ['good', `${server} healthy again`] : null;
}
