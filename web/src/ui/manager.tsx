import { bytes, duration } from '../model/format.ts';
import type { Series } from '../model/series.ts';
import type { Report } from '../model/wire.ts';
import { type Facts, FactsPanel } from './facts.tsx';

/** Where the manager keeps what, and how it is itself. */
export function Manager({ report, series }: { report: Report; series: Series }) {
  const { config, stateDir, url, pid, containment } = report.manager;
  const { rssBytes, lagMs } = series.manager;
  const facts: Facts = [
    ['Endpoint', url === null ? null : <code>{url}</code>],
    ['Configuration', config === null ? null : <code>{config}</code>],
    ['State and logs', <code key="state">{stateDir}</code>],
    ['Process', <span key="pid" class="numbers">{`pid ${pid}, ${bytes(rssBytes.at(-1) ?? null)}`}</span>],
    [
      'Event-loop lag',
      <span key="lag" class="numbers">
        {duration(lagMs.at(-1) ?? null)}
      </span>,
    ],
    ['Guardian', containment.guardian.pid === null ? containment.guardian.why : `pid ${containment.guardian.pid}`],
  ];
  return <FactsPanel id="manager" title="Manager" facts={facts} />;
}
