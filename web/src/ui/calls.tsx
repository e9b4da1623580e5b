import { sumOf } from '../model/condition.ts';
import { whole } from '../model/format.ts';
import { linkTo } from '../model/route.ts';
import { type Series, summed } from '../model/series.ts';
import type { Report, ServerStatus, Totals } from '../model/wire.ts';
import { Scroll } from './scroll.tsx';

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
    ['Rejected', whole(totals.rejected), 'Calls that got an error from Holdfast', totals.rejected > 0],
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

const COLUMNS: readonly (readonly [keyof Totals, string])[] = [
  ['answered', 'Answered'],
  ['held', 'Held'],
  ['replayed', 'Replayed'],
  ['rejected', 'Rejected'],
  ['timedOut', 'Timed out'],
  ['cancelled', 'Cancelled'],
];

/** What has become of each server's calls. */
export function Calls({ servers, series }: { servers: readonly ServerStatus[]; series: Series }) {
  return (
    <section class="panel calls" aria-labelledby="calls">
      <h2 id="calls" class="panel-title">
        Calls since the start
      </h2>
      <Scroll class="table-scroll" label="Calls of each server">
        <table>
          <thead>
            <tr>
              <th scope="col">Server</th>
              <th scope="col">In flight</th>
              {COLUMNS.map(([key, name]) => (
                <th key={key} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {servers.map(server => (
              <tr key={server.name}>
                <th scope="row">
                  <a href={linkTo({ view: 'server', name: server.name })}>{server.name}</a>
                </th>
                <Count value={sumOf(server, ({ inFlight }) => inFlight) ?? 0} />
                {COLUMNS.map(([key]) => (
                  <Count
                    key={key}
                    value={series.totals[server.name]?.[key] ?? 0}
                    isLoud={key === 'rejected' || key === 'timedOut'}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Count({ value, isLoud = false }: { value: number; isLoud?: boolean }) {
  return (
    <td class="numbers" data-none={value === 0} data-loud={isLoud && value > 0}>
      {whole(value)}
    </td>
  );
}
