import { configEntryOf } from './config-entries.ts';
import type { HoldfastEvent } from './events.ts';
import { networkEntryOf } from './network-entries.ts';

/**
 * What an event is about, for those who want only some of the log. `protocol` is one line for each call that was answered: with
 * a busy client that is most of the log, so it is off unless it is asked for.
 */
export const channels = ['lifecycle', 'error', 'performance', 'network', 'protocol', 'debug'] as const;
export type Channel = (typeof channels)[number];

/** One event as one line of the log. */
export interface LogEntry {
  readonly channel: Channel;
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The line of the log for an event. The texts are without the server's name, which is a field of the line. */
export function entryOf(event: HoldfastEvent): LogEntry {
  switch (event.type) {
    case 'network.lookup':
    case 'network.operation':
    case 'network.sockets':
    case 'network.ports':
    case 'network.notice':
      return networkEntryOf(event);
    case 'server.starting': {
      const { attempt, command, launch, url } = event;
      return {
        channel: 'lifecycle',
        level: 'info',
        text: `starting, attempt ${attempt}`,
        fields: { attempt, command, launch, ...(url === undefined ? {} : { url }) },
      };
    }
    case 'server.ready': {
      const { pid: serverPid, readyMs, tools, protocolVersion, container } = event;
      const pid = serverPid === null ? '' : `pid ${serverPid}, `;
      const text = `ready after ${readyMs} ms: ${pid}${tools} tools`;
      return {
        channel: 'lifecycle',
        level: 'info',
        text,
        fields: { serverPid, readyMs, tools, protocolVersion, container },
      };
    }
    case 'server.down': {
      const { fault, code: exitCode, signal } = event;
      return {
        channel: 'error',
        level: 'warn',
        text: `went down: ${fault.message}`,
        fields: { ...faultFields(fault), exitCode, signal },
      };
    }
    case 'server.failed': {
      const { fault, nextTryMs } = event;
      const next = nextTryMs === null ? '' : `, next try in ${seconds(nextTryMs)}`;
      return {
        channel: 'error',
        level: 'error',
        text: `failed${next}: ${fault.message}`,
        fields: { ...faultFields(fault), nextTryMs },
      };
    }
    case 'server.backoff': {
      const { attempt, of, delayMs, fault } = event;
      const text = `starting again in ${seconds(delayMs)}, attempt ${attempt} of ${of}`;
      // Its message stood in the line before.
      return { channel: 'lifecycle', level: 'info', text, fields: { attempt, of, delayMs, cause: fault.code } };
    }
    case 'server.stopping':
      return { channel: 'lifecycle', level: 'info', text: 'stopping', fields: { reason: event.reason } };
    case 'server.cleaned':
      return cleanedEntry(event.survivors, `cleaned up in ${event.tookMs} ms`, 'debug', { tookMs: event.tookMs });
    case 'server.stopped':
      return { channel: 'lifecycle', level: 'info', text: 'stopped', fields: {} };
    case 'session.closed': {
      const { held, replayed, rejected } = event;
      const text = `calls under way: ${held} wait, ${replayed} are to be repeated, ${rejected} were rejected`;
      return {
        channel: 'lifecycle',
        level: rejected > 0 ? 'warn' : 'info',
        text,
        fields: { held, replayed, rejected },
      };
    }
    case 'session.restored': {
      const { sent, replayed } = event;
      return {
        channel: 'lifecycle',
        level: 'info',
        text: `session restored: ${sent} calls sent, ${replayed} of them again`,
        fields: { sent, replayed },
      };
    }
    case 'catalogue.changed': {
      const { kind, added, removed, changed } = event;
      const text = `its ${kind} changed: ${added.length} new, ${removed.length} gone, ${changed.length} different`;
      return { channel: 'lifecycle', level: 'info', text, fields: { kind, added, removed, changed } };
    }
    case 'health.changed': {
      const { from, to, category, reason } = event;
      const isBad = to !== 'healthy' && to !== 'unknown';
      const why = reason === null ? '' : `: ${reason}`;
      return {
        channel: isBad ? 'error' : 'lifecycle',
        level: isBad ? 'warn' : 'info',
        text: `${to}, was ${from}${why}`,
        fields: { from, to, category, reason },
      };
    }
    case 'health.checked': {
      const { verdict, pingMs, listMs, rssBytes, cpuPercent, p50, p95, errorRate, restarts } = event;
      return {
        channel: 'performance',
        level: 'info',
        text: `checked: ${verdict}${measured(event)}`,
        fields: { verdict, pingMs, listMs, rssBytes, cpuPercent, p50, p95, errorRate, restarts },
      };
    }
    case 'call.finished': {
      const { method, tool, outcome, isError, tookMs, replays, code } = event;
      const isOurs = outcome === 'rejected' || outcome === 'timedOut';
      const text = `${tool ?? method} ${isError ? 'answered with an error' : words[outcome]} after ${Math.round(tookMs)} ms`;
      const fields = { method, tool, outcome, isError, tookMs, replays, ...(code === null ? {} : { code }) };
      return { channel: isOurs ? 'error' : 'protocol', level: isOurs ? 'warn' : 'info', text, fields };
    }
    case 'server.output':
      return {
        channel: 'debug',
        level: 'debug',
        text: `${event.stream}: ${event.line}`,
        fields: { stream: event.stream },
      };
    case 'server.notice':
      return { channel: 'debug', level: 'info', text: event.text, fields: {} };
    case 'client.connected': {
      const { client, version, protocolVersion, path } = event;
      const text = `client ${client} connected to ${path}`;
      return { channel: 'lifecycle', level: 'info', text, fields: { client, version, protocolVersion, path } };
    }
    case 'client.gone': {
      const { client, path, reason } = event;
      const text = `client ${client} is gone from ${path}: ${reason}`;
      return { channel: 'lifecycle', level: 'info', text, fields: { client, path, reason } };
    }
    case 'gateway.refused': {
      const { reason, count } = event;
      return {
        channel: 'error',
        level: 'warn',
        text: `refused ${count} requests: ${reason}`,
        fields: { reason, count },
      };
    }
    case 'config.loaded':
    case 'config.rejected':
    case 'config.switched':
    case 'config.kept':
      return configEntryOf(event);
    case 'manager.resumed':
      return {
        channel: 'lifecycle',
        level: 'info',
        text: `the machine slept for ${seconds(event.pausedMs)}`,
        fields: { pausedMs: event.pausedMs },
      };
    case 'manager.swept': {
      const survivors = event.found.flatMap(leftover => leftover.survivors);
      return cleanedEntry(survivors, `ended what an earlier run had left: ${leftWords(event.found)}`, 'warn', {
        found: event.found,
      });
    }
    case 'logs.degraded': {
      const { folder, reason } = event;
      const text = `the log files cannot be written: ${reason}`;
      return { channel: 'error', level: 'error', text, fields: { folder, reason } };
    }
    case 'logs.recovered': {
      const { folder, droppedLines } = event;
      const text = `the log files are written again, ${droppedLines} lines are missing`;
      return { channel: 'lifecycle', level: 'warn', text, fields: { folder, droppedLines } };
    }
    case 'manager.notice':
      return { channel: 'lifecycle', level: 'warn', text: event.text, fields: {} };
    case 'manager.stopped':
      return cleanedEntry(event.survivors, 'all servers are stopped', 'info', {});
  }
}

const words = { answered: 'answered', rejected: 'rejected', cancelled: 'cancelled', timedOut: 'not answered' } as const;

type Fault = Extract<HoldfastEvent, { type: 'server.down' }>['fault'];

function faultFields({ category, code, hint, stderrTail }: Fault) {
  return { category, code, hint, ...(stderrTail === undefined ? {} : { stderrTail }) };
}

/** `files (pid 41, 42), web (container 3f4e…), pid 57`: of some processes only the mark of their manager is known. */
export const leftWords = (found: Extract<HoldfastEvent, { type: 'manager.swept' }>['found']): string =>
  found
    .map(({ server, pids, containers }) => {
      const parts = [
        ...(pids.length > 0 ? [`pid ${pids.join(', ')}`] : []),
        ...(containers.length > 0 ? [`container ${containers.map(id => id.slice(0, 12)).join(', ')}`] : []),
      ];
      return server === '' ? parts.join(', ') : `${server} (${parts.join(', ')})`;
    })
    .join(', ');

function cleanedEntry(
  survivors: readonly number[],
  text: string,
  level: 'info' | 'debug' | 'warn',
  fields: Record<string, unknown>,
): LogEntry {
  if (survivors.length === 0) return { channel: 'lifecycle', level, text, fields };
  return {
    channel: 'error',
    level: 'error',
    text: `processes are still there: ${survivors.join(', ')}`,
    fields: { ...fields, survivors },
  };
}

function measured(event: Extract<HoldfastEvent, { type: 'health.checked' }>): string {
  const { pingMs, p50, p95, errorRate, rssBytes, cpuPercent, restarts } = event;
  const figures = [
    ...(pingMs === null ? [] : [`ping ${Math.round(pingMs)} ms`]),
    ...(p50 === null || p95 === null ? [] : [`p50 ${Math.round(p50)} ms, p95 ${Math.round(p95)} ms`]),
    `errors ${Math.round(errorRate * 100)} %`,
    ...(rssBytes === null ? [] : [`${Math.round(rssBytes / 1024 / 1024)} MB`]),
    ...(cpuPercent === null ? [] : [`cpu ${cpuPercent} %`]),
    `${restarts} restarts`,
  ];
  return `, ${figures.join(', ')}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
