import { sumOf } from '../model/condition.ts';
import { whole } from '../model/format.ts';
import { linkTo } from '../model/route.ts';
import { type Series, summed } from '../model/series.ts';
import type { Report, ServerStatus, Totals } from '../model/wire.ts';

/** The figures of everything, in one line. */
export function Facts({ report, series }: { report: Report; series: Series }) {
  const { servers, manager } = report;
  const totals = summed(servers.map(({ name }) => series.totals[name]));
  const of = (figure: (server: ServerStatus) => number | null): number =>
    servers.reduce((sum, server) => sum + (figure(server) ?? 0), 0);
  const held = of(server => sumOf(server, status => status.held));
  const facts: readonly (readonly [name: string, value: string, title: string, isLoud?: boolean])[] = [
    ['Sessions', whole(manager.sessions), 'Sessions that clients have open; stateless clients have none'],
    ['In flight', whole(of(server => sumOf(server, ({ inFlight }) => inFlight))), 'Calls that servers are working on'],
    ['Held', whole(held), 'Calls that wait for their server to be ready', held > 0],
    ['Answered', whole(totals.answered), 'Calls answered since the manager started'],
    ['Replayed', whole(totals.replayed), 'Calls that were repeated after a crash'],
    [
      'Rejected',
      whole(totals.rejected),
      'Calls that got an error from Holdfast, also because somebody stopped their server',
    ],
    ['Timed out', whole(totals.timedOut), 'Calls without an answer in time', totals.timedOut > 0],
  ];
  return (
    <dl class="facts" aria-label="Clients and calls">
      {facts.map(([name, value, title, isLoud = false]) => (
        <div key={name} class="fact" title={title} data-loud={isLoud}>
          <dt>{name}</dt>
          <dd class="numbers">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const FATES: readonly (readonly [fate: keyof Totals, words: string, isLoud?: boolean])[] = [
  ['answered', 'answered'],
  ['held', 'held'],
  ['replayed', 'replayed'],
  ['rejected', 'rejected'],
  ['timedOut', 'timed out', true],
  ['cancelled', 'cancelled'],
];

/** What has become of each server's calls; what has not happened is not told. */
export function Calls({ servers, series }: { servers: readonly ServerStatus[]; series: Series }) {
  return (
    <section class="panel calls" aria-labelledby="calls">
      <h2 id="calls" class="panel-title">
        Calls since the start, by server
      </h2>
      <ul class="call-list">
        {servers.map(({ name }) => {
          const totals = series.totals[name];
          const fates = FATES.filter(([fate]) => (totals?.[fate] ?? 0) > 0);
          return (
            <li key={name}>
              <a href={linkTo({ view: 'server', name })}>{name}</a>
              <span class="call-fates">
                {fates.length === 0 ? <span class="muted">none</span> : null}
                {fates.map(([fate, words, isLoud = false]) => (
                  <span key={fate} data-loud={isLoud}>
                    <b class="numbers">{whole(totals?.[fate] ?? 0)}</b> {words}
                  </span>
                ))}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
