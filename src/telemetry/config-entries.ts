import type { LogEntry } from './event-entries.ts';
import type { HoldfastEvent } from './events.ts';

type ConfigEvent = Extract<HoldfastEvent, { type: `config.${string}` }>;

/** The line of the log for an event about the configuration. */
export function configEntryOf(event: ConfigEvent): LogEntry {
  switch (event.type) {
    case 'config.loaded': {
      const { at: _, type: __, ...fields } = event;
      return { channel: 'lifecycle', level: 'info', text: loadedWords(event), fields };
    }
    case 'config.rejected': {
      const { file, issues } = event;
      const text = `the configuration has mistakes, nothing has changed: ${issues.join('; ')}`;
      return { channel: 'error', level: 'error', text, fields: { file, issues } };
    }
    case 'config.switched':
      return { channel: 'lifecycle', level: 'info', text: 'runs with its new settings', fields: {} };
    case 'config.kept': {
      const { category, code, hint, stderrTail, message } = event.fault;
      const fields = { category, code, hint, ...(stderrTail === undefined ? {} : { stderrTail }) };
      return {
        channel: 'error',
        level: 'error',
        text: `its new settings do not come up, the old ones go on: ${message}`,
        fields,
      };
    }
  }
}

/** `configuration read again: new: web; changed: files; holdfast.gateway counts from the next start` */
export function loadedWords({
  added,
  removed,
  changed,
  needsRestart,
}: Extract<ConfigEvent, { type: 'config.loaded' }>): string {
  const parts = [
    named('new', added),
    named('changed', changed),
    named('gone', removed),
    ...(needsRestart.length === 0 ? [] : [`${needsRestart.join(', ')} from the next start on`]),
  ].flat();
  return `configuration read again: ${parts.length === 0 ? 'no server has changed' : parts.join('; ')}`;
}

const named = (what: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${what}: ${names.join(', ')}`];
