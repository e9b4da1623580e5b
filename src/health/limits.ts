import { HoldfastError } from '../errors/holdfast-error.ts';
import type { GroupLimits, LimitName, UsageSample } from '../process/usage.ts';

/** What is used, and how much of it is allowed. */
export interface Excess {
  readonly name: LimitName;
  readonly used: number;
  readonly limit: number;
}

/** What has been seen of one life. Times are monotonic milliseconds. */
export interface LimitModel {
  /** Processor time used by then: samples of the last minute, and one older, if there is one. */
  readonly cpu: readonly { readonly at: number; readonly cpuMs: number }[];
  readonly near: readonly Excess[];
}

/** Bursts are normal: processor time is averaged over this time, and not judged before it has passed. */
const CPU_WINDOW_MS = 60_000;
/** Near a limit from here on, and not any more below `FAR`: a figure that swings about the edge is no news each time. */
const NEAR = 0.8;
const FAR = 0.7;

const MIB = 1_048_576;

export const nothingUsed: LimitModel = { cpu: [], near: [] };

/** One more sample. `over`: the first limit that is exceeded and that the system does not hold itself. Pure. */
export function weigh(
  model: LimitModel,
  { rssBytes, processes, cpuMs }: Pick<UsageSample, 'rssBytes' | 'processes' | 'cpuMs'>,
  limits: GroupLimits,
  now: number,
  holds: readonly LimitName[] = [],
): { readonly model: LimitModel; readonly over: Excess | null } {
  const cpu = withinWindow([...model.cpu, { at: now, cpuMs }]);
  const figures = [
    figure('memory', Math.round((rssBytes / MIB) * 10) / 10, limits.memoryMb),
    figure('processes', processes, limits.processes),
    figure('cpu', averagePercent(cpu), limits.cpuPercent),
  ].filter(known => known !== null);
  const wasNear = new Set(model.near.map(({ name }) => name));
  const near = figures.filter(({ name, used, limit }) => used >= limit * (wasNear.has(name) ? FAR : NEAR));
  const over = figures.find(({ name, used, limit }) => used > limit && !holds.includes(name)) ?? null;
  return { model: { cpu, near }, over };
}

/** For people: what a server is near to. The same words as long as it is. */
export function nearWords({ name, limit }: Excess): string {
  switch (name) {
    case 'memory':
      return `near its limit of ${limit} MiB of memory`;
    case 'processes':
      return `near its limit of ${limit} processes`;
    case 'cpu':
      return `near its limit of ${limit} % of a processor`;
  }
}

/** The error of a server that was over a limit; `used` is null where the system held it there. */
export function limitFault(name: LimitName, used: number | null, limits: GroupLimits): HoldfastError {
  const limit = { memory: limits.memoryMb, processes: limits.processes, cpu: limits.cpuPercent }[name];
  return new HoldfastError(CODES[name], { details: { ...(used === null ? {} : { used }), limit } });
}

const CODES = {
  memory: 'RESOURCE_LIMIT_MEMORY',
  processes: 'RESOURCE_LIMIT_PROCESSES',
  cpu: 'RESOURCE_LIMIT_CPU',
} as const;

function figure(name: LimitName, used: number | null, limit: number | undefined): Excess | null {
  return limit === undefined || used === null ? null : { name, used, limit };
}

/** Null before a whole minute has been seen. */
function averagePercent(cpu: LimitModel['cpu']): number | null {
  const [first, last] = [cpu[0], cpu.at(-1)];
  if (first === undefined || last === undefined || last.at - first.at < CPU_WINDOW_MS) return null;
  return Math.round(((last.cpuMs - first.cpuMs) / (last.at - first.at)) * 100);
}

function withinWindow(cpu: LimitModel['cpu']): LimitModel['cpu'] {
  const now = cpu.at(-1)?.at ?? 0;
  const older = cpu.findLastIndex(({ at }) => now - at >= CPU_WINDOW_MS);
  return cpu.slice(Math.max(0, older));
}
