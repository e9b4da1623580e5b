import 'uplot/dist/uPlot.min.css';
import './style/base.css';
import './style/parts.css';
import './style/servers.css';
import './style/panels.css';
import './style/log.css';
import './style/tools.css';
import { render } from 'preact';
import { Live } from './client/live.ts';
import { readAddress } from './model/token.ts';
import { App } from './ui/app.tsx';

const KEY = 'holdfast.token';

/** The link brings the token, and takes it out of sight at once: addresses are kept, shown and sent. */
function takeToken(): string | null {
  const { token, rest } = readAddress(location.hash);
  if (token === null) return sessionStorage.getItem(KEY);
  sessionStorage.setItem(KEY, token);
  history.replaceState(null, '', rest === '' ? location.pathname : `#${rest}`);
  return token;
}

const live = new Live(takeToken());
const useToken = (token: string): void => {
  sessionStorage.setItem(KEY, token);
  live.useToken(token);
};
// Another link, opened in this tab.
window.addEventListener('hashchange', () => {
  if (readAddress(location.hash).token === null) return;
  useToken(takeToken() ?? '');
});

const place = document.getElementById('app');
if (place === null) throw new Error('the page has no place for the dashboard');
render(<App live={live} keepToken={useToken} />, place);
void live.run();
