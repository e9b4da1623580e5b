import { useStore } from '../client/store.ts';
import { span, timeOfDay } from '../model/format.ts';
import type { Link } from '../model/link.ts';
import type { Report } from '../model/wire.ts';
import { usePage } from './context.ts';
import { Brand, Icon } from './shapes.tsx';
import { type Theme, useTheme } from './theme.ts';

interface Props {
  readonly report: Report | null;
  readonly onHelp: () => void;
}

export function TopBar({ report, onHelp }: Props) {
  const { live } = usePage();
  const link = useStore(live.link);
  return (
    <header class="top-bar">
      <a class="brand" href="#/" aria-label="Holdfast, overview">
        <Brand />
        <span class="brand-name">holdfast</span>
      </a>
      {report === null ? null : (
        <span class="top-facts muted">
          <span class="wide-only">{report.manager.version}</span>
          <span class="wide-only">up {span(report.manager.uptimeMs)}</span>
          {report.manager.url === null ? null : <code class="wide-only">{report.manager.url}</code>}
        </span>
      )}
      <span class="top-end">
        <LinkState link={link} />
        <ThemeSwitch />
        <button
          type="button"
          class="icon-button"
          onClick={onHelp}
          aria-label="Keyboard shortcuts and help"
          title="Help (?)"
        >
          <Icon name="help" />
        </button>
      </span>
    </header>
  );
}

function LinkState({ link }: { link: Link }) {
  switch (link.state) {
    case 'live':
      return (
        <span class="link-state" data-state="live" title={`since ${timeOfDay(link.since)}`}>
          <span class="link-dot" aria-hidden="true" /> Live
        </span>
      );
    case 'connecting':
      return (
        <span class="link-state" data-state="connecting">
          <span class="link-dot" aria-hidden="true" /> Connecting
        </span>
      );
    case 'locked':
      return (
        <span class="link-state" data-state="lost">
          <span class="link-dot" aria-hidden="true" /> No access
        </span>
      );
    case 'lost':
      return (
        <span class="link-state" data-state="lost">
          <span class="link-dot" aria-hidden="true" /> Disconnected
        </span>
      );
  }
}

const NEXT: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };
const ICON = { auto: 'auto', light: 'sun', dark: 'moon' } as const;
const NAME = { auto: 'as the system', light: 'light', dark: 'dark' } as const;

function ThemeSwitch() {
  const [theme, setTheme] = useTheme();
  return (
    <button
      type="button"
      class="icon-button"
      onClick={() => setTheme(NEXT[theme])}
      aria-label={`Colours: ${NAME[theme]}; switch to ${NAME[NEXT[theme]]}`}
      title={`Colours: ${NAME[theme]} (t)`}
    >
      <Icon name={ICON[theme]} />
    </button>
  );
}
