import { useEffect, useRef, useState } from 'preact/hooks';
import { useStore } from '../client/store.ts';
import { capital, moment, span, until } from '../model/format.ts';
import { usePage } from './context.ts';

/** Says that the manager is not heard, since when, and what is done about it. Takes no room while all is well. */
export function LinkBanner() {
  const { live } = usePage();
  const link = useStore(live.link);
  const known = useStore(live.known);
  const trouble = useStore(live.trouble);
  const now = useTick(link.state === 'lost');
  const version = known?.report.manager.version;
  const first = useRef(version);
  first.current ??= version;
  if (link.state === 'live' && version !== first.current) {
    return (
      <aside class="banner tone-busy">
        <p>
          <b>Holdfast is {version} now</b> This page is still the one of {first.current}.
        </p>
        <button type="button" class="button" onClick={() => location.reload()}>
          Load the new one
        </button>
      </aside>
    );
  }
  if (link.state === 'live' && trouble !== null) {
    return (
      <aside class="banner tone-warn">
        <p>
          <b>The state could not be read</b> {capital(trouble)}. It is tried again every few seconds.
        </p>
      </aside>
    );
  }
  if (link.state !== 'lost') return null;
  return (
    <aside class="banner tone-bad" aria-label="Connection">
      <p>
        <b>{known === null ? 'The manager does not answer' : `Disconnected since ${moment(link.since, now)}`}</b>{' '}
        <span class="numbers">({span(now - link.since)})</span> {capital(link.reason)}.{' '}
        {known === null ? (
          <>
            Is it running? <code>holdfast status</code> tells, <code>holdfast up</code> starts it.
          </>
        ) : (
          'What is shown below is from then.'
        )}
      </p>
      <span class="banner-end">
        <span class="numbers muted">{link.nextAt === null ? 'trying…' : `next try ${until(link.nextAt, now)}`}</span>
        <button type="button" class="button" onClick={() => live.retry()}>
          Try now
        </button>
      </span>
    </aside>
  );
}

/** This machine's clock: the manager's cannot be asked. */
function useTick(isOn: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    setNow(Date.now());
    if (!isOn) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [isOn]);
  return now;
}
