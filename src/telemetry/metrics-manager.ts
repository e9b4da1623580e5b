import { EventLoopLag } from './event-loop-lag.ts';
import type { HoldfastEvent } from './events.ts';
import type { Make } from './metrics-make.ts';

/** What is read of the manager and of the machine. */
export interface HostFigures {
  /** Sessions that are open at the endpoint. */
  readonly sessions: number;
  /** Mistakes in the configuration as its file is now. */
  readonly problems: number;
  /** Outgoing ports of the machine; null where they have not been counted. */
  readonly ports: { readonly used: number; readonly of: number } | null;
}

/** The manager itself, its endpoint, and the process that it runs in. */
export class ManagerMetrics {
  readonly #lag = new EventLoopLag();
  readonly #sessions;
  readonly #opened;
  readonly #refused;
  readonly #lagSeconds;
  readonly #resumed;
  readonly #swept;
  readonly #reads;
  readonly #problems;
  readonly #logsDegraded;
  readonly #logsDropped;
  readonly #portsUsed;
  readonly #cpu;
  readonly #rss;
  readonly #heap;
  #cpuSeconds = 0;

  constructor(make: Make, version: string) {
    make
      .gauge('holdfast_build_info', 'Always 1; the versions of Holdfast and of Node', 'version', 'node')
      .set({ version, node: process.versions.node }, 1);
    this.#sessions = make.gauge('holdfast_gateway_sessions', 'Sessions of clients that are open at the endpoint');
    this.#opened = make.counter('holdfast_gateway_sessions_opened_total', 'Sessions that clients began or resumed');
    this.#refused = make.counter(
      'holdfast_gateway_refused_total',
      'Requests that were refused at the door, by HTTP status and error',
      'status',
      'cause',
    );
    this.#lagSeconds = make.gauge(
      'holdfast_manager_event_loop_lag_seconds',
      'How late the event loop was since the scrape before: half the time at most so late (0.5), 99 % (0.99), ever (1)',
      'quantile',
    );
    this.#resumed = make.counter('holdfast_manager_resumes_total', 'Times that the machine slept or its clock jumped');
    this.#swept = make.counter(
      'holdfast_manager_swept_processes_total',
      'Processes of an earlier manager that were found and ended',
    );
    this.#reads = make.counter(
      'holdfast_config_reloads_total',
      'Times that the configuration was read again: loaded, or rejected for its mistakes',
      'outcome',
    );
    this.#problems = make.gauge(
      'holdfast_config_problems',
      'Mistakes in the configuration as its file is now; while there are any, the one before them stays in use',
    );
    this.#logsDegraded = make.gauge('holdfast_logs_degraded', '1 while log files cannot be written, else 0');
    this.#logsDropped = make.counter(
      'holdfast_logs_dropped_lines_total',
      'Lines that log files lack; told once they can be written again',
    );
    this.#portsUsed = make.gauge(
      'holdfast_network_ports_used_ratio',
      'Share of the outgoing ports of the machine in use, as of the last health check',
    );
    this.#cpu = make.counter('process_cpu_seconds_total', 'Processor time of the process that the manager runs in');
    this.#rss = make.gauge('process_resident_memory_bytes', 'Resident memory of the process that the manager runs in');
    this.#heap = make.gauge('nodejs_heap_used_bytes', 'JavaScript heap in use in that process');
    make
      .gauge('process_start_time_seconds', 'When that process was started, in seconds since 1970')
      .set(Math.round(performance.timeOrigin) / 1_000);
  }

  seen({ sessions, problems, ports }: HostFigures): void {
    this.#sessions.set(sessions);
    this.#problems.set(problems);
    // A gauge without labels is 0 until it is set; nobody has counted yet.
    if (ports === null) this.#portsUsed.remove();
    else this.#portsUsed.set(ports.used / ports.of);
    const lag = this.#lag.read();
    if (lag !== null) {
      for (const [quantile, ms] of [
        ['0.5', lag.p50],
        ['0.99', lag.p99],
        ['1', lag.max],
      ] as const)
        this.#lagSeconds.set({ quantile }, ms / 1_000);
    }
    const { user, system } = process.cpuUsage();
    const cpuSeconds = (user + system) / 1_000_000;
    this.#cpu.inc(cpuSeconds - this.#cpuSeconds);
    this.#cpuSeconds = cpuSeconds;
    const { rss, heapUsed } = process.memoryUsage();
    this.#rss.set(rss);
    this.#heap.set(heapUsed);
  }

  heard(event: HoldfastEvent): void {
    switch (event.type) {
      case 'client.connected':
        return this.#opened.inc();
      case 'gateway.refused': {
        const [status = '', cause = ''] = event.reason.split(' ');
        return this.#refused.inc({ status, cause }, event.count);
      }
      case 'config.loaded':
        return this.#reads.inc({ outcome: 'loaded' });
      case 'config.rejected':
        return this.#reads.inc({ outcome: 'rejected' });
      case 'logs.degraded':
        return this.#logsDegraded.set(1);
      case 'logs.recovered':
        this.#logsDegraded.set(0);
        return this.#logsDropped.inc(event.droppedLines);
      case 'manager.resumed':
        return this.#resumed.inc();
      case 'manager.swept':
        return this.#swept.inc(event.found.reduce((sum, { pids }) => sum + pids.length, 0));
    }
  }

  close(): void {
    this.#lag.stop();
  }
}
