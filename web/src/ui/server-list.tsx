import { byBadness, conditionOf, crashesOf, errorShare, processesOf, sumOf } from '../model/condition.ts';
import { bytes, duration, NONE, percent, share, span, whole } from '../model/format.ts';
import { linkTo } from '../model/route.ts';
import { chartData, type Series } from '../model/series.ts';
import { sparkPath } from '../model/spark.ts';
import type { ServerStatus } from '../model/wire.ts';
import { usePage } from './context.ts';
import { ToneShape } from './shapes.tsx';
import { SteerButtons } from './steer.tsx';
import { Trouble } from './trouble.tsx';

const SPARK_MS = 15 * 60_000;
const [SPARK_WIDTH, SPARK_HEIGHT] = [88, 22];

interface Props {
  readonly servers: readonly ServerStatus[];
  readonly series: Series;
  /** The one whose trouble stands above already, in words. */
  readonly told: string | null;
}

/** Every server in a row, problems first; on a narrow screen each is a card. */
export function ServerList({ servers, series, told }: Props) {
  return (
    <section class="panel servers" aria-labelledby="servers">
      <h2 id="servers" class="panel-title">
        Servers <span class="tally">{servers.length}</span>
      </h2>
      <div class="server-heads" aria-hidden="true">
        <span>Server</span>
        <span>State</span>
        <span>p95, 15 min</span>
        <span class="end">p50</span>
        <span class="end">p95</span>
        <span class="end">Errors</span>
        <span class="end">Memory</span>
        <span class="end">CPU</span>
        <span class="end">In flight</span>
        <span class="end">Restarts</span>
        <span class="end">Up</span>
        <span />
      </div>
      <ul class="server-rows">
        {byBadness(servers).map(server => (
          <ServerRow key={server.name} server={server} series={series} isTold={server.name === told} />
        ))}
      </ul>
    </section>
  );
}

function ServerRow({ server, series, isTold }: { server: ServerStatus; series: Series; isTold: boolean }) {
  const { live } = usePage();
  const condition = conditionOf(server);
  const { tone, word, why } = condition;
  const isTrouble = tone === 'bad' || tone === 'warn';
  const restarts = sumOf(server, ({ restarts: { total } }) => total) ?? 0;
  const many = processesOf(server);
  const { columns } = chartData(series, [series.servers[server.name]?.p95], SPARK_MS, live.now);
  return (
    <li class={`server-row tone-${tone}`} data-server={server.name} data-state={server.state}>
      <div class="server-line">
        <h3 class="server-name">
          <ToneShape tone={tone} />
          <a href={linkTo({ view: 'server', name: server.name })}>{server.name}</a>
          {many === null ? null : <span class="chip">{many}</span>}
        </h3>
        <p class="server-state">
          <span class={`state-word tone-${tone}`}>{word}</span>
          {isTrouble || why === null ? null : <span class="muted state-why">{why}</span>}
        </p>
        <span class="server-spark">
          <Spark column={columns[0] ?? []} />
        </span>
        <dl class="server-figures">
          <Figure name="p50" value={duration(server.latencyMs.p50)} />
          <Figure name="p95" value={duration(server.latencyMs.p95)} />
          <Figure
            name="Errors"
            value={share(errorShare(server.latencyMs, server.errorRate))}
            isLoud={server.errorRate > 0}
          />
          <Figure name="Memory" value={bytes(sumOf(server, ({ usage }) => usage?.rssBytes ?? null))} />
          <Figure name="CPU" value={percent(sumOf(server, ({ usage }) => usage?.cpuPercent ?? null))} />
          <Figure name="In flight" value={callsOf(server)} />
          <Figure name="Restarts" value={whole(restarts)} isLoud={crashesOf(server) > 0} />
          <Figure name="Up" value={server.uptimeMs === null ? NONE : span(server.uptimeMs)} />
        </dl>
        <SteerButtons server={server} isTrouble={isTrouble} />
      </div>
      {isTrouble ? <Trouble condition={condition} name={server.name} isTold={isTold} /> : null}
    </li>
  );
}

function callsOf(server: ServerStatus): string {
  const [inFlight, held] = [sumOf(server, status => status.inFlight) ?? 0, sumOf(server, status => status.held) ?? 0];
  if (held === 0) return whole(inFlight);
  return `${inFlight === 0 ? '' : `${whole(inFlight)}, `}${whole(held)} held`;
}

function Figure({ name, value, isLoud = false }: { name: string; value: string; isLoud?: boolean }) {
  return (
    <div class="figure" data-loud={isLoud} data-none={value === NONE || value === '0' || value === '0 %'}>
      <dt>{name}</dt>
      <dd class="numbers">{value}</dd>
    </div>
  );
}

function Spark({ column }: { column: readonly (number | null)[] }) {
  const path = sparkPath(column, SPARK_WIDTH - 2, SPARK_HEIGHT - 3);
  return (
    <svg class="spark" viewBox={`-1 -1.5 ${SPARK_WIDTH} ${SPARK_HEIGHT}`} aria-hidden="true" preserveAspectRatio="none">
      {path === null ? (
        <path d={`M0 ${SPARK_HEIGHT - 3}H${SPARK_WIDTH - 2}`} class="spark-none" />
      ) : (
        <path d={path} class="spark-line" />
      )}
    </svg>
  );
}
