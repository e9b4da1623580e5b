// Against the SDK itself, with exporters that keep what they get.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNoopMeter, metrics, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { HoldfastEvent } from '../../src/telemetry/events.ts';
import { MetricsRegistry } from '../../src/telemetry/metrics-registry.ts';
import { Bridge } from '../../src/telemetry/otel.ts';
import { fault, manage, served } from '../support/managed.ts';
import { serverFigures } from './figures.ts';

const look = async () => ({ servers: [serverFigures('files', { tools: 14 })], sessions: 2, problems: 0, ports: null });
const bridge = (flushMs = 2_000) => new Bridge('1.2.3', new MetricsRegistry({ version: '1.2.3', look }), flushMs);

test('without an SDK the manager says that nobody listens, also to whoever asks right after its start', async t => {
  const { manager } = await manage(t, {}, { holdfast: { telemetry: { otel: true } } });
  const started = manager.start();
  const told = new Promise<string>(resolve => manager.on('manager.notice', ({ text }) => resolve(text)));
  assert.match(await told, /no OpenTelemetry SDK/);
  await started;
});

// One SDK a process, as in life: what is registered stays.
const spans = new InMemorySpanExporter();
const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 });
const meters = new MeterProvider({ readers: [reader] });

/** The points of a metric, as of the last export. */
function exported<T = number>(name: string): readonly DataPoint<T>[] {
  const scopes = points.getMetrics().at(-1)?.scopeMetrics ?? [];
  const all = scopes.filter(({ scope }) => scope.name === 'holdfast').flatMap(scope => scope.metrics);
  return (all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []) as unknown as DataPoint<T>[];
}

test('one span per call and the figures of a real server reach the SDK, in the words of its conventions', async t => {
  trace.setGlobalTracerProvider(tracers);
  metrics.setGlobalMeterProvider(meters);
  const { manager, events } = await manage(
    t,
    { one: served('well-behaved') },
    { holdfast: { telemetry: { otel: true } } },
  );
  const notices: string[] = [];
  manager.on('manager.notice', ({ text }) => notices.push(text));
  await manager.start();
  assert.deepEqual(notices, []);
  await manager.callTool('one', 'echo', { text: 'a' });
  await manager.callTool('one', 'fail');
  await fault(manager.callTool('one', 'hang', {}, { timeoutMs: 20 }));
  const traced = {
    name: 'rpc-error',
    _meta: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  };
  await manager.requestRaw('one', JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: traced }));
  await meters.forceFlush();

  const [echo, fail, hang, refused] = spans.getFinishedSpans();
  assert.deepEqual(
    [echo, fail, hang, refused].map(span => [
      span?.name,
      span?.kind,
      span?.status.code,
      span?.attributes['error.type'],
    ]),
    [
      ['tools/call echo', SpanKind.CLIENT, SpanStatusCode.UNSET, undefined],
      ['tools/call fail', SpanKind.CLIENT, SpanStatusCode.ERROR, 'tool_error'],
      ['tools/call hang', SpanKind.CLIENT, SpanStatusCode.ERROR, 'TOOL_CALL_TIMEOUT'],
      ['tools/call rpc-error', SpanKind.CLIENT, SpanStatusCode.ERROR, '-31234'],
    ],
  );
  assert.deepEqual(echo?.attributes, {
    'mcp.method.name': 'tools/call',
    'gen_ai.tool.name': 'echo',
    'gen_ai.operation.name': 'execute_tool',
    'network.transport': 'pipe',
    'mcp.protocol.version': '2025-11-25',
    'holdfast.server': 'one',
    'holdfast.instance': 1,
    'holdfast.incarnation': 1,
    'holdfast.outcome': 'answered',
    'holdfast.replays': 0,
  });
  const finished = events.find(event => event.type === 'call.finished');
  assert.ok(finished?.type === 'call.finished' && echo !== undefined);
  const ms = ([seconds, nanos]: readonly [number, number]) => seconds * 1_000 + nanos / 1e6;
  assert.ok(Math.abs(ms(echo.endTime) - finished.at) < 0.01);
  assert.ok(Math.abs(ms(echo.duration) - finished.tookMs) < 0.01);
  assert.equal(echo.parentSpanContext, undefined);
  assert.equal(refused?.attributes['rpc.response.status_code'], '-31234');
  assert.equal(refused?.spanContext().traceId, '0af7651916cd43dd8448eb211c80319c');
  assert.equal(refused?.parentSpanContext?.spanId, 'b7ad6b7169203331');

  const tools = exported('holdfast.server.tools').find(({ attributes }) => attributes.server === 'one');
  assert.equal(tools?.value, manager.status()[0]?.tools);
  assert.equal(exported('holdfast.server.starts')[0]?.value, 1);
  assert.equal(exported<Histogram>('holdfast.server.start_duration')[0]?.value.count, 1);
  const durations = exported<Histogram>('mcp.client.operation.duration');
  assert.deepEqual(
    durations.map(({ attributes, value }) => [attributes['error.type'], attributes['gen_ai.tool.name'], value.count]),
    [
      [undefined, undefined, 1],
      ['tool_error', undefined, 1],
      ['TOOL_CALL_TIMEOUT', undefined, 1],
      ['_OTHER', undefined, 1],
    ],
  );
});

test('one that is closed reads its manager once more, and then never again', async () => {
  let looks = 0;
  const counted = async () => {
    looks++;
    return look();
  };
  const short = new Bridge('1.2.3', new MetricsRegistry({ version: '1.2.3', look: counted }), 2_000);
  await short.close();
  assert.equal(looks, 1);
  await short.close();
  await meters.forceFlush();
  assert.equal(looks, 1);
});

test('an SDK that cannot reach its collector does not hold up the end', async t => {
  const hangs = { getMeter: () => createNoopMeter(), forceFlush: () => new Promise<void>(() => {}) };
  metrics.disable();
  await meters.shutdown();
  metrics.setGlobalMeterProvider(hangs);
  t.after(() => metrics.disable());
  await bridge(10).close();
});

test('what a caller writes that is no trace begins a new one', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  trace.disable();
  trace.setGlobalTracerProvider(provider);
  const open = bridge();
  for (const traceparent of [
    '',
    'x',
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `ff-${'1'.repeat(32)}-b7ad6b7169203331-01`,
  ]) {
    const event: HoldfastEvent = {
      type: 'call.finished',
      at: 10,
      server: 'files',
      instance: 1,
      incarnation: 1,
      method: 'tools/list',
      tool: null,
      outcome: 'answered',
      isError: false,
      tookMs: 1,
      replays: 0,
      code: null,
      traceparent,
    };
    // The ambient span is of whoever happened to be running when the answer came.
    open.heard(event);
  }
  const seen = exporter.getFinishedSpans();
  assert.equal(seen.length, 4);
  assert.deepEqual(
    seen.map(span => span.parentSpanContext),
    [undefined, undefined, undefined, undefined],
  );
  assert.equal(trace.getSpan(ROOT_CONTEXT), undefined);
});
