import { useEffect, useState } from 'preact/hooks';
import type { Verb } from '../client/api.ts';
import type { Live } from '../client/live.ts';
import { useStore } from '../client/store.ts';
import { linkTo, type Route, readRoute } from '../model/route.ts';
import { staleVerdict, verdictOf } from '../model/verdict.ts';
import type { ServerStatus } from '../model/wire.ts';
import { PageContext } from './context.ts';
import { Help } from './help.tsx';
import { keepFocus, stepServer, useKeys } from './keys.ts';
import { LinkBanner } from './link-banner.tsx';
import { Overview } from './overview.tsx';
import { NoSuchServer, ServerView } from './server-view.tsx';
import { SteerDialog } from './steer.tsx';
import { theme } from './theme.ts';
import { TokenScreen } from './token-screen.tsx';
import { TopBar } from './top-bar.tsx';
import { VerdictSkeleton } from './verdict-panel.tsx';

const TITLE = { good: '✓', rest: '○', busy: '◌', warn: '▲', bad: '✕' } as const;

export function App({ live, keepToken }: { live: Live; keepToken: (token: string) => void }) {
  const link = useStore(live.link);
  const known = useStore(live.known);
  const series = useStore(live.series);
  const route = useRoute();
  const [steering, setSteering] = useState<{ server: string; verb: Verb } | null>(null);
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  const report = known?.report ?? null;
  const fresh = report === null ? null : verdictOf(report.servers, report.manager.configuration);
  const verdict = fresh !== null && link.state === 'lost' ? staleVerdict(fresh, link, Date.now()) : fresh;
  const byName = (name: string): ServerStatus | undefined => report?.servers.find(server => server.name === name);

  useEffect(() => {
    document.title = verdict === null ? 'Holdfast' : `${TITLE[verdict.tone]} ${verdict.headline} – Holdfast`;
  }, [link.state, verdict?.headline, verdict?.tone]);
  useKeys({
    '?': () => setIsHelpOpen(true),
    j: () => stepServer(1),
    k: () => stepServer(-1),
    o: () => location.assign(linkTo({ view: 'overview' })),
    Escape: () => route.view === 'server' && location.assign(linkTo({ view: 'overview' })),
    '/': () => document.getElementById('log-filter')?.focus(),
    p: () => document.getElementById('log-pause')?.click(),
    t: () => theme.set(theme.value === 'auto' ? 'light' : theme.value === 'light' ? 'dark' : 'auto'),
  });

  const steered = steering === null ? undefined : byName(steering.server);
  const page = { live, steer: (server: ServerStatus, verb: Verb) => setSteering({ server: server.name, verb }) };
  const isLocked = link.state === 'locked';
  return (
    <PageContext.Provider value={page}>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        To the content
      </button>
      <TopBar report={isLocked ? null : report} onHelp={() => setIsHelpOpen(true)} />
      <LinkBanner />
      <main id="main" tabIndex={-1} data-stale={link.state !== 'live'}>
        {link.state === 'locked' ? (
          <TokenScreen hadToken={link.hadToken} onToken={keepToken} />
        ) : report === null || verdict === null ? (
          <VerdictSkeleton />
        ) : (
          <View
            route={route}
            server={route.view === 'server' ? byName(route.name) : undefined}
            {...{ report, verdict, series }}
          />
        )}
      </main>
      <p class="visually-hidden" role="status">
        {verdict?.headline ?? ''}
      </p>
      {steering !== null && steered !== undefined ? (
        <SteerDialog
          key={`${steering.verb} ${steering.server}`}
          server={steered}
          verb={steering.verb}
          onClose={() => {
            setSteering(null);
            requestAnimationFrame(() => keepFocus(steering.server));
          }}
        />
      ) : null}
      {isHelpOpen ? <Help onClose={() => setIsHelpOpen(false)} /> : null}
    </PageContext.Provider>
  );
}

type ViewProps = Parameters<typeof Overview>[0] & { readonly route: Route; readonly server: ServerStatus | undefined };

function View({ route, server, ...overview }: ViewProps) {
  if (route.view === 'overview') return <Overview {...overview} />;
  return server === undefined ? (
    <NoSuchServer name={route.name} />
  ) : (
    <ServerView key={server.name} server={server} series={overview.series} />
  );
}

/** Where the address points; a new view begins at its top, and with its heading. */
function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const listener = (): void => setHash(location.hash);
    window.addEventListener('hashchange', listener);
    return () => window.removeEventListener('hashchange', listener);
  }, []);
  const [isFirst, setIsFirst] = useState(true);
  useEffect(() => {
    if (isFirst) return setIsFirst(false);
    scrollTo({ top: 0 });
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  }, [hash]);
  return readRoute(hash);
}
