import { useStore } from '../client/store.ts';
import { ago, count, moment } from '../model/format.ts';
import type { Report } from '../model/wire.ts';
import { useNow, usePage } from './context.ts';

/** Who uses the servers. */
export function Clients({ report }: { report: Report }) {
  const { live } = usePage();
  const clients = useStore(live.clients);
  const now = useNow(5_000);
  const { sessions, url } = report.manager;
  return (
    <section class="panel clients" aria-labelledby="clients">
      <h2 id="clients" class="panel-title">
        Clients <span class="tally">{count(sessions, 'open session')}</span>
      </h2>
      {clients.length === 0 ? (
        <p class="empty">
          None has come or gone lately.
          {url === null ? null : (
            <>
              {' '}
              Point one at <code>{url}</code>, or let it start <code>holdfast connect</code>.
            </>
          )}
        </p>
      ) : (
        <ul class="client-list">
          {clients.map(({ client, version, protocolVersion, path, open, at, gone }) => (
            <li key={`${client} ${path}`} data-gone={gone !== null}>
              <span class="client-name">
                <b>{client}</b> <span class="muted">{version}</span>
              </span>
              <span class="muted mono">{path}</span>
              <span class="muted" title={moment(at, now)}>
                {gone === null ? `${open} open, protocol ${protocolVersion}` : `gone ${ago(at, now)}, ${gone}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
