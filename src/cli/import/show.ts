import type { ClientFile, Entry, Found } from '../../config/clients/client.ts';
import type { Planned } from '../../config/clients/merge.ts';
import { visible } from '../../errors/visible.ts';
import { type Cli, redactUnknown } from '../context.ts';
import { shortPath } from '../places.ts';
import { commandLine } from '../render/command.ts';
import { count } from '../render/units.ts';
import { clientName, type Survey } from './survey.ts';

/** What these decide is which program runs, so that they are shown. */
const TELLING =
  /^(PATH|NODE_OPTIONS|NODE_PATH|PYTHONPATH|PYTHONSTARTUP|PYTHONHOME|LD_\w+|DYLD_\w+|BASH_ENV|ENV|PERL5OPT|RUBYOPT|JAVA_TOOL_OPTIONS|npm_config_\w+|UV_\w+)$/i;

/** What was found: each server with its whole command, and what stays where it is. */
export function surveyLines(cli: Cli, survey: Survey, planned: readonly Planned[]): string[] {
  const fresh = planned.filter(({ isKnown }) => !isKnown);
  const known = planned.filter(({ isKnown }) => isKnown);
  const found = survey.files.flatMap(read => read.found);
  const left = found.filter(({ entry, isSelf }) => entry === null && !isSelf);
  const own = found.filter(({ isSelf }) => isSelf);
  return [
    ...fresh.flatMap(server => [...serverLines(cli, server), '']),
    ...known.map(({ name, from }) => `${cli.theme.strong(visible(name))}  is there already (${fromWords(from)})`),
    ...(known.length > 0 ? [''] : []),
    ...left.flatMap(one => [...leftLines(cli, one), '']),
    ...(own.length > 0 ? [`Holdfast itself is left out (${fromWords(own)})`, ''] : []),
    foundWords(survey, fresh.length, left.length),
  ];
}

function serverLines(cli: Cli, { name, entry, from, needs, notes }: Planned): string[] {
  const { theme, cwd } = cli;
  const fact = (key: string, text: string): string => `  ${theme.dim(key.padEnd(6))}${text}`;
  const command = [entry.command ?? '', ...(entry.args ?? [])];
  const headers = Object.keys(entry.headers ?? {});
  return [
    theme.strong(visible(name)),
    entry.url === undefined ? fact('runs', commandLine(command)) : fact('asks', visible(redactUnknown(entry.url))),
    ...(entry.cwd === undefined ? [] : [fact('in', visible(entry.cwd))]),
    ...(entry.env === undefined ? [] : [fact('env', envWords(entry.env))]),
    ...(entry.envFile === undefined ? [] : [fact('env', `from ${visible(entry.envFile)}`)]),
    ...(headers.length === 0 ? [] : [fact('sends', headers.map(header => `${visible(header)}: …`).join(', '))]),
    ...(entry.holdfast === undefined ? [] : [fact('with', visible(JSON.stringify(entry.holdfast)))]),
    ...from.map((one, index) => fact(index === 0 ? 'from' : '', placeOf(one, name, cwd))),
    ...needs.map(({ variable, why }) => fact('needs', `${theme.warn(visible(variable))}: ${visible(why)}`)),
    ...(entry.disabled === true ? [fact('note', 'switched off')] : []),
    ...notes.map(text => fact('note', visible(text))),
  ];
}

function leftLines({ theme, cwd }: Cli, one: Found): string[] {
  return [
    `${theme.strong(visible(one.name))}  ${theme.warn('not taken over')}`,
    `  ${theme.dim('why'.padEnd(6))}${visible(one.reason ?? '')}`,
    `  ${theme.dim('from'.padEnd(6))}${placeOf(one, one.name, cwd)}`,
  ];
}

/** Names, and of values those alone that are no secret. */
function envWords(env: NonNullable<Entry['env']>): string {
  const words = Object.entries(env).map(([name, value]) => {
    const text = String(value);
    const isOpen = TELLING.test(name) || /^\$\{[\w:]+\}$/.test(text);
    return isOpen ? commandLine([`${name}=${redactUnknown(text)}`]) : `${visible(name)}=…`;
  });
  return words.join(' ');
}

function placeOf({ from, path, name }: Found, here: string, cwd: string): string {
  const isNested = path.length > 2;
  const alias = name === here ? '' : `, as ${visible(name)}`;
  return `${clientName(from)}, ${visible(shortPath(from.file, cwd))}${isNested ? ` (${visible(path[1] ?? '')})` : ''}${alias}`;
}

const fromWords = (from: readonly Found[]): string => [...new Set(from.map(one => clientName(one.from)))].join(', ');

function foundWords({ files }: Survey, fresh: number, left: number): string {
  const places = `in ${count(files.length, 'file')}`;
  const others = left === 0 ? '' : `; ${left} stay${left === 1 ? 's' : ''} where ${left === 1 ? 'it is' : 'they are'}`;
  return `${count(fresh, 'new server')} ${places}${others}`;
}

/** Nothing was found: where it was looked for. */
export function lookedLines(looked: readonly ClientFile[], { cwd }: Cli): string[] {
  return [
    'no client keeps a server here; looked at',
    ...looked.map(from => `  ${clientName(from).padEnd(22)}${visible(shortPath(from.file, cwd))}`),
  ];
}
