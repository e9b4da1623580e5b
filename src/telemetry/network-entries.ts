import type { LogEntry } from './event-entries.ts';
import type { HoldfastEvent } from './events.ts';

type NetworkEvent = Extract<HoldfastEvent, { type: `network.${string}` }>;

/** The line of the log for an event of the network. */
export function networkEntryOf(event: NetworkEvent): LogEntry {
  const { level, text, fields } = partsOf(event);
  return { channel: 'network', level, text, fields };
}

function partsOf(event: NetworkEvent): Omit<LogEntry, 'channel'> {
  switch (event.type) {
    case 'network.lookup': {
      const { host, addresses, code, coldMs, warmMs } = event;
      const took = `${coldMs} ms${warmMs === null ? '' : `, again ${warmMs} ms`}`;
      const text = `dns: ${host}: ${code ?? addresses.join(', ')} (${took})`;
      return { level: code === null ? 'info' : 'warn', text, fields: { host, addresses, code, coldMs, warmMs } };
    }
    case 'network.operation': {
      const { area, line, omitted } = event;
      const more = omitted === 0 ? '' : ` (${omitted} lines before it were left out)`;
      return { level: 'info', text: `${area}: ${line}${more}`, fields: { area, omitted } };
    }
    case 'network.sockets': {
      const { open, closeWait, listening, isLeak } = event;
      const counts = `${open} connections, ${closeWait} of them in CLOSE_WAIT, ${listening} listening`;
      const text = isLeak ? `does not close its connections: ${counts}` : `sockets: ${counts}`;
      return { level: isLeak ? 'warn' : 'debug', text, fields: { open, closeWait, listening, isLeak } };
    }
    case 'network.ports': {
      const { used, of, timeWait, verdict } = event;
      const text = `${used} of ${of} ports for outgoing connections are in use, ${timeWait} connections in TIME_WAIT`;
      const level = verdict === 'alarm' ? 'error' : verdict === 'warning' ? 'warn' : 'info';
      return { level, text, fields: { used, of, timeWait, verdict } };
    }
    case 'network.notice':
      return { level: event.isWarning ? 'warn' : 'info', text: event.text, fields: {} };
  }
}
