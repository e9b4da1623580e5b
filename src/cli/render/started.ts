import { dashboardLink } from '../dashboard-link.ts';
import type { Theme } from './theme.ts';

/** A manager in the background that accepts requests. */
export interface Started {
  /** `holdfast 1.0.0`. */
  readonly title: string;
  readonly pid: number;
  readonly url: string;
  readonly token: string | null;
  /** Where it stands: a path, or the variable that it came from. */
  readonly tokenFile: string;
  readonly isSecretShown: boolean;
  /** The folder of its log files. */
  readonly logs: string;
  /** How a command of it is written here: `holdfast status`. */
  readonly command: (words: string) => string;
}

/** What `up -d` ends with: where it is, and what to do next. None of it is cut off, for it is there to be copied. */
export function startedLines(started: Started, theme: Theme): string[] {
  const { title, pid, url, token, tokenFile, isSecretShown, logs, command } = started;
  const facts: readonly (readonly [name: string, text: string])[] = [
    ['endpoint', url],
    token === null ? ['token', 'none is asked for'] : isSecretShown ? ['token', token] : ['token in', tokenFile],
    ['dashboard', dashboardLink(url, isSecretShown ? token : null)],
    ['logs in', `${logs}; live: ${command('logs -f')}`],
    ['servers', command('status')],
    ['stop it', command('down')],
  ];
  const column = 'dashboard'.length + 2;
  return [
    `${theme.strong(title)} is up in the background (pid ${pid})`,
    ...facts.map(([name, text]) => `  ${theme.dim(name.padEnd(column))}${text}`),
  ];
}
