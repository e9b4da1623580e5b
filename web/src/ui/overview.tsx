import { latelyOf } from '../model/lately.ts';
import type { Series } from '../model/series.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Report } from '../model/wire.ts';
import { Calls, Facts } from './calls.tsx';
import { Charts } from './charts.tsx';
import { Clients } from './clients.tsx';
import { ConfigurationPanel } from './configuration-panel.tsx';
import { usePage } from './context.ts';
import { Log } from './log.tsx';
import { Manager } from './manager.tsx';
import { ServerList } from './server-list.tsx';
import { Timeline } from './timeline.tsx';
import { VerdictPanel } from './verdict-panel.tsx';

interface Props {
  readonly report: Report;
  readonly verdict: Verdict;
  readonly series: Series;
}

/** Everything at a glance. */
export function Overview({ report, verdict, series }: Props) {
  const { live } = usePage();
  const { servers } = report;
  const { configuration } = report.manager;
  return (
    <>
      <VerdictPanel
        verdict={verdict}
        lately={latelyOf(servers, series.restarts, live.now - report.manager.uptimeMs, live.now)}
      />
      <ConfigurationPanel configuration={configuration} now={live.now} />
      <Facts report={report} series={series} />
      <div class="overview-grid">
        <div class="column">
          {servers.length === 0 ? null : <ServerList servers={servers} series={series} told={verdict.server} />}
          {servers.length === 0 ? null : <Charts servers={servers} series={series} only={null} />}
        </div>
        <div class="column">
          <div class="overview-side">
            {servers.length === 0 ? null : (
              <Timeline names={servers.map(({ name }) => name)} restarts={series.restarts} />
            )}
            {servers.length === 0 ? null : <Calls servers={servers} series={series} />}
            <Clients report={report} />
            <Manager report={report} series={series} />
          </div>
          <Log servers={servers} only={null} />
        </div>
      </div>
    </>
  );
}
