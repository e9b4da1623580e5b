import { EventLog, type EventLogOptions } from './event-log.ts';
import type { Emit } from './events.ts';
import { logFolder } from './log-disk.ts';
import { type LogClock, LogFiles } from './log-files.ts';

export interface LogSettings extends Pick<EventLogOptions, 'level' | 'protocol'> {
  readonly maxFileMb: number;
  readonly files: number;
  readonly maxTotalMb: number;
}

const MIB = 1024 * 1024;

/** Nothing waits for the log alone; whoever ends closes it. */
const clock: LogClock = {
  now: () => performance.now(),
  setTimer(ms, run) {
    const timer = setTimeout(run, ms).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** The log of a manager, in files of this folder. `emit` hears of it when they cannot be written. */
export function openEventLog(folder: string, settings: LogSettings, emit: Emit): EventLog {
  const { level, protocol, maxFileMb, maxTotalMb } = settings;
  const wall = () => Date.now();
  const files = new LogFiles({
    folder,
    disk: logFolder(folder, wall),
    clock,
    files: settings.files,
    maxFileBytes: maxFileMb * MIB,
    maxTotalBytes: maxTotalMb * MIB,
    onDegraded: reason => emit({ type: 'logs.degraded', folder, reason }),
    onRecovered: droppedLines => emit({ type: 'logs.recovered', folder, droppedLines }),
  });
  return new EventLog({ files, level, protocol, now: clock.now, wall });
}
