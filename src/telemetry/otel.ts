import {
  type Attributes,
  type BatchObservableCallback,
  createNoopMeter,
  isSpanContextValid,
  type Meter,
  metrics,
  type Observable,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { HoldfastEvent } from './events.ts';
import type { OpenOtel, OtelBridge } from './load-otel.ts';
import { endOf, methodOf } from './metrics-calls.ts';
import { DURATIONS } from './metrics-make.ts';
import type { MetricsRegistry } from './metrics-registry.ts';

type Finished = Extract<HoldfastEvent, { type: 'call.finished' }>;

/** What the conventions ask for. */
const MCP_DURATIONS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** What stands for an SDK where there is none. */
const nobody = new ProxyTracerProvider().getDelegate();

/** An exporter that cannot reach its collector may try for long; an end must not wait for it. */
const FLUSH_MS = 2_000;

/** Opens the bridge to whichever SDK is registered in this process. */
export const openTelemetry: OpenOtel = ({ version, registry }) => new Bridge(version, registry, FLUSH_MS);

export class Bridge implements OtelBridge {
  readonly #flushMs: number;
  readonly #tracer: Tracer;
  readonly #meter: Meter;
  readonly #calls;
  readonly #durations;
  readonly #observables = new Map<string, Observable>();
  readonly #observe: BatchObservableCallback;
  /** How each instance is spoken to, by server and number. */
  readonly #conversations = new Map<string, Attributes>();

  #closing: Promise<void> | null = null;

  constructor(version: string, registry: MetricsRegistry, flushMs: number) {
    this.#flushMs = flushMs;
    this.#tracer = trace.getTracer('holdfast', version);
    this.#meter = metrics.getMeter('holdfast', version);
    this.#calls = this.#histogram('mcp.client.operation.duration', 'Duration of an MCP request', MCP_DURATIONS);
    this.#durations = {
      start: this.#histogram('holdfast.server.start_duration', 'From the start until it was ready'),
      stop: this.#histogram('holdfast.server.stop_duration', 'Time until its processes were gone'),
      ping: this.#histogram('holdfast.server.ping_duration', 'Time to answer the ping of a check'),
      list: this.#histogram('holdfast.server.list_duration', 'Time to list the tools in a check'),
    };
    for (const { name, help, type } of registry.metrics) {
      if (type === 'histogram' || !name.startsWith('holdfast_')) continue;
      const options = { description: help, unit: unitOf(name) };
      const kind = type === 'counter' ? 'createObservableCounter' : 'createObservableGauge';
      this.#observables.set(name, this.#meter[kind](otelName(name), options));
    }
    this.#observe = async result => {
      await registry.refresh();
      for (const { name, values } of await registry.prometheus.getMetricsAsJSON()) {
        const observable = this.#observables.get(name);
        if (observable === undefined) continue;
        for (const { value, labels } of values) result.observe(observable, value, labels as Attributes);
      }
    };
    this.#meter.addBatchObservableCallback(this.#observe, [...this.#observables.values()]);
  }

  get deafness(): string | null {
    const provider = trace.getTracerProvider();
    const isUntraced = provider instanceof ProxyTracerProvider && provider.getDelegate() === nobody;
    const isUnmetered = this.#meter === createNoopMeter();
    if (!isUntraced || !isUnmetered) return null;
    return '"holdfast.telemetry.otel" is on, but no OpenTelemetry SDK of this API version is registered in this process (docs/metrics.md says how)';
  }

  heard(event: HoldfastEvent): void {
    switch (event.type) {
      case 'server.ready': {
        const { server, readyMs, pid, protocolVersion } = event;
        this.#durations.start.record(readyMs / 1_000, { server });
        const spoken = { 'network.transport': pid === null ? 'tcp' : 'pipe', 'mcp.protocol.version': protocolVersion };
        this.#conversations.set(keyOf(event), spoken);
        return;
      }
      case 'server.stopped':
        this.#conversations.delete(keyOf(event));
        return;
      case 'server.cleaned':
        return this.#durations.stop.record(event.tookMs / 1_000, { server: event.server });
      case 'health.checked': {
        const { server, pingMs, listMs } = event;
        if (pingMs !== null) this.#durations.ping.record(pingMs / 1_000, { server });
        if (listMs !== null) this.#durations.list.record(listMs / 1_000, { server });
        return;
      }
      case 'call.finished':
        return this.#called(event);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise(resolve => {
      timer = setTimeout(resolve, this.#flushMs);
    });
    await Promise.race([Promise.allSettled(providers().map(provider => provider.forceFlush?.())), patience]);
    clearTimeout(timer);
    this.#meter.removeBatchObservableCallback(this.#observe, [...this.#observables.values()]);
  }

  #called(event: Finished): void {
    const { method, tool, server, instance, incarnation, at, tookMs, outcome, replays, traceparent } = event;
    const spoken = this.#conversations.get(keyOf(event)) ?? {};
    const errorType = errorTypeOf(event);
    const failure: Attributes = {
      ...(errorType === null ? {} : { 'error.type': errorType }),
      ...(event.rpcCode === undefined ? {} : { 'rpc.response.status_code': String(event.rpcCode) }),
    };
    const operation: Attributes = tool === null ? {} : { 'gen_ai.operation.name': 'execute_tool' };
    const span = this.#tracer.startSpan(
      tool === null ? method : `${method} ${tool}`,
      {
        kind: SpanKind.CLIENT,
        startTime: at - tookMs,
        attributes: {
          'mcp.method.name': method,
          ...(tool === null ? {} : { 'gen_ai.tool.name': tool }),
          ...operation,
          ...spoken,
          ...failure,
          'holdfast.server': server,
          'holdfast.instance': instance,
          'holdfast.incarnation': incarnation,
          'holdfast.outcome': outcome,
          'holdfast.replays': replays,
        },
      },
      contextOf(traceparent),
    );
    if (errorType !== null) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(at);
    // Neither names of tools nor a server's own numbers: anybody may write any, and each would be a series.
    const bounded = errorType === null ? {} : { 'error.type': endOf(event) === 'serverError' ? '_OTHER' : errorType };
    this.#calls.record(tookMs / 1_000, {
      'mcp.method.name': methodOf(event),
      ...operation,
      ...spoken,
      ...bounded,
      'holdfast.server': server,
    });
  }

  #histogram(name: string, description: string, explicitBucketBoundaries: readonly number[] = DURATIONS) {
    const advice = { explicitBucketBoundaries: [...explicitBucketBoundaries] };
    return this.#meter.createHistogram(name, { description, unit: 's', advice });
  }
}

const keyOf = ({ server, instance }: { server: string; instance: number }): string =>
  JSON.stringify([server, instance]);

/** Null for a call that went well, and for one that its caller took back. */
function errorTypeOf({ isError, rpcCode, code, outcome }: Finished): string | null {
  if (outcome === 'answered') return rpcCode === undefined ? (isError ? 'tool_error' : null) : String(rpcCode);
  return outcome === 'cancelled' ? null : (code ?? '_OTHER');
}

/** The span of the caller, where it told of one. A call ends in nobody's context, so there is no other parent. */
function contextOf(traceparent: string | undefined) {
  const parts = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/.exec(traceparent ?? '');
  const [, traceId = '', spanId = '', flags = '0'] = parts ?? [];
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

/** `holdfast_server_rss_bytes` is `holdfast.server.rss` in `By`; an exporter for Prometheus makes the first of the second. */
function otelName(name: string): string {
  const [first = '', second = '', ...rest] = name.replace(/_(?:total|seconds|bytes)$/, '').split('_');
  return [first, second, ...(rest.length === 0 ? [] : [rest.join('_')])].join('.');
}

function unitOf(name: string): string {
  if (name.endsWith('_seconds')) return 's';
  if (name.endsWith('_bytes')) return 'By';
  return name.endsWith('_ratio') ? '1' : '';
}

/** Whoever gets what we hand over, and may keep it for a while. */
function providers(): readonly { forceFlush?: () => Promise<void> }[] {
  const tracers: object = trace.getTracerProvider();
  // Of another copy of the API it may be, with the class of that copy.
  const registered = 'getDelegate' in tracers ? (tracers as ProxyTracerProvider).getDelegate() : tracers;
  return [registered as object, metrics.getMeterProvider() as object];
}
