import { causesOf, conditionOf, errorShare, sumOf } from '../model/condition.ts';
import { ago, bytes, capital, count, duration, moment, NONE, percent, share, span, whole } from '../model/format.ts';
import { repeats } from '../model/repeats.ts';
import type { Series } from '../model/series.ts';
import type { InstanceStatus, ServerStatus } from '../model/wire.ts';
import { Charts } from './charts.tsx';
import { useNow } from './context.ts';
import { type Facts, FactsPanel } from './facts.tsx';
import { Log } from './log.tsx';
import { Scroll, Verbatim } from './scroll.tsx';
import { Icon, ToneShape } from './shapes.tsx';
import { SteerButtons } from './steer.tsx';
import { Times } from './timeline.tsx';
import { Tools } from './tools.tsx';
import { Trouble } from './trouble.tsx';

interface Props {
  readonly server: ServerStatus;
  readonly series: Series;
}

/** One server with all that is known of it. */
export function ServerView({ server, series }: Props) {
  const condition = conditionOf(server);
  const { tone, word, why } = condition;
  const isTrouble = tone === 'bad' || tone === 'warn';
  return (
    <>
      <BackLink />
      <section class={`server-head tone-${tone}`} data-server={server.name} data-state={server.state}>
        <ToneShape tone={tone} isBig />
        <div class="server-head-words">
          <h1 tabIndex={-1}>{server.name}</h1>
          <p>
            <span class={`state-word tone-${tone}`}>{word}</span>
            {isTrouble || why === null ? null : <span class="muted"> {why}</span>}
          </p>
        </div>
        <SteerButtons server={server} isTrouble={isTrouble} />
      </section>
      {isTrouble ? <Trouble condition={condition} name={server.name} /> : null}
      <Figures server={server} />
      <div class="view-grid">
        <div class="column">
          <Charts servers={[server]} series={series} only={server.name} />
          <Tools server={server} />
        </div>
        <div class="column">
          <About server={server} />
          {server.instances.length > 1 ? <Processes server={server} /> : null}
          <Deaths server={server} told={isTrouble ? condition.code : null} />
        </div>
      </div>
      <Log servers={[server]} only={server.name} />
    </>
  );
}

export function NoSuchServer({ name }: { name: string }) {
  return (
    <>
      <BackLink />
      <section class="panel">
        <h1 class="panel-title" tabIndex={-1}>
          There is no server {name}
        </h1>
        <p class="empty">It is not in the configuration, or not any more.</p>
      </section>
    </>
  );
}

function BackLink() {
  return (
    <a class="back" href="#/">
      <Icon name="back" /> All servers
    </a>
  );
}

function Figures({ server }: { server: ServerStatus }) {
  const { latencyMs, errorRate } = server;
  const figures: readonly (readonly [string, string])[] = [
    ['p50', duration(latencyMs.p50)],
    ['p95', duration(latencyMs.p95)],
    ['p99', duration(latencyMs.p99)],
    ['Errors', share(errorShare(latencyMs, errorRate))],
    ['In flight', whole(sumOf(server, ({ inFlight }) => inFlight))],
    ['Held', whole(sumOf(server, ({ held }) => held))],
    ['Memory', bytes(sumOf(server, ({ usage }) => usage?.rssBytes ?? null))],
    ['CPU', percent(sumOf(server, ({ usage }) => usage?.cpuPercent ?? null))],
    ['Up', server.uptimeMs === null ? NONE : span(server.uptimeMs)],
  ];
  return (
    <dl class="facts" aria-label="Figures">
      {figures.map(([name, value]) => (
        <div key={name} class="fact">
          <dt>{name}</dt>
          <dd class="numbers">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What it is and how it runs. */
function About({ server }: { server: ServerStatus }) {
  const now = useNow(5_000);
  const { command, url, pid, launch, launchReason, container, protocolVersion, usage, lastCheck, connection } = server;
  const pack = server.package;
  const facts: Facts = [
    ['Command', command.length === 0 ? null : <code>{command.join(' ')}</code>],
    ['Address', url === null ? null : <code>{url}</code>],
    ['Package', pack === null ? null : `${pack.name} ${pack.version}`],
    ['Started', launch === null ? null : launchReason === null ? launch : `${launch}: ${launchReason}`],
    [
      'Process',
      pid === null ? null : (
        <span class="numbers">{`pid ${pid}${usage === null ? '' : `, ${processes(usage.processes)}`}`}</span>
      ),
    ],
    ['Life', server.incarnation === 0 ? null : <span class="numbers">{`number ${server.incarnation}`}</span>],
    ['Held in', container === null ? null : heldIn(container)],
    ['Protocol', protocolVersion],
    ['Missing tools', server.missingTools.length === 0 ? null : server.missingTools.join(', ')],
    ['Last heard', connection.lastMessageAt === null ? null : ago(Date.parse(connection.lastMessageAt), now)],
    ['Last check', lastCheck === null ? null : `${lastCheck.verdict}, ${ago(Date.parse(lastCheck.at), now)}`],
    ['Peak memory', usage === null ? null : <span class="numbers">{bytes(usage.peakRssBytes)}</span>],
    ['Open handles', usage?.handles == null ? null : <span class="numbers">{whole(usage.handles)}</span>],
    ['Restarts', causesOf(server) === NONE ? 'none' : causesOf(server)],
  ];
  return <FactsPanel id="about" title="About" facts={facts} />;
}

const processes = (number: number): string => count(number, 'process', 'processes');

const heldIn = ({ kind, level, why }: NonNullable<InstanceStatus['container']>): string =>
  `${kind} (${level})${why === null ? '' : `: ${why}`}`;

function Processes({ server }: { server: ServerStatus }) {
  return (
    <section class="panel" aria-labelledby="processes">
      <h2 id="processes" class="panel-title">
        Processes <span class="tally">{server.instances.length}</span>
      </h2>
      <Scroll class="table-scroll" label="Processes of this server">
        <table>
          <thead>
            <tr>
              {['', 'State', 'Health', 'Pid', 'In flight', 'Memory', 'Up'].map(name => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {server.instances.map(({ instance, state, health, pid, inFlight, usage, uptimeMs }) => (
              <tr key={instance}>
                <th scope="row" class="numbers">
                  #{instance}
                </th>
                <td>{state}</td>
                <td>{health}</td>
                <td class="numbers">{pid ?? NONE}</td>
                <td class="numbers">{inFlight}</td>
                <td class="numbers">{bytes(usage?.rssBytes ?? null)}</td>
                <td class="numbers">{uptimeMs === null ? NONE : span(uptimeMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

const DEATHS = 5;

/** The ends that nobody asked for, newest first; those of one cause are one. `told`: the cause whose last words stand above already. */
function Deaths({ server, told }: { server: ServerStatus; told: string | null }) {
  const now = useNow(5_000);
  const deaths = repeats(server.deaths, ({ cause, message }) => JSON.stringify([cause, message])).slice(0, DEATHS);
  if (deaths.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="deaths">
      <h2 id="deaths" class="panel-title">
        How it ended <span class="tally">{server.deaths.length}</span>
      </h2>
      <ol class="deaths">
        {deaths.map(({ first, last: { at, cause, message, stderrTail }, count: times }, index) => (
          <li key={`${cause} ${message}`}>
            <p>
              <time class="numbers muted">{moment(at, now)}</time> {capital(message)}{' '}
              <code class="code-name">{cause}</code>
              <Times times={times} since={moment(first.at, now)} />
            </p>
            {stderrTail.length === 0 || (index === 0 && cause === told) ? null : (
              <Verbatim class="stderr" label="Its last words on stderr" text={stderrTail.join('\n')} />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
