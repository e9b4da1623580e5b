import { CLIENTS } from '../../config/clients/client.ts';
import type { Planned } from '../../config/clients/merge.ts';
import { formatPath } from '../../config/source.ts';
import { visible } from '../../errors/visible.ts';
import type { Cli } from '../context.ts';
import { shortPath } from '../places.ts';
import type { Change, Outcome } from './rewire-files.ts';
import { mainPath } from './rewire-files.ts';
import { clientName } from './survey.ts';
import type { Undone } from './undo.ts';

/** What of each file goes, and what comes: all else stays byte for byte. Values that go may be secrets, and stand in our file by then. */
export function changeLines(cli: Cli, changes: readonly Change[]): string[] {
  const { theme, cwd } = cli;
  const lines = changes.flatMap(({ read: { from }, replaced, result }) => [
    `${theme.strong(visible(shortPath(from.file, cwd)))}  ${clientName(from)}`,
    ...(result === null
      ? [`  ${theme.warn('stays as it is')}: its servers are written in a way that cannot be cut out`]
      : [
          ...replaced.map(({ path }) => theme.bad(`  - ${visible(formatPath(path))}`)),
          ...result.added.map(({ path, entry }) =>
            theme.good(`  + ${visible(formatPath(path))} = ${visible(JSON.stringify(entry))}`),
          ),
          ...(from.project === null
            ? []
            : [`  ${theme.warn('note')} a file of a project: others who share it do not have these paths`]),
        ]),
    '',
  ]);
  const isPassing = /[\\/]_npx[\\/]/.test(mainPath);
  return [
    ...lines,
    ...(isPassing
      ? [`${theme.warn('note')} this Holdfast is in npx's cache, which may be emptied: npm install -g holdfast`, '']
      : []),
  ];
}

/** What changes for servers that are rewired, to be known before the question: it may have scrolled away. */
export function beforeRewire(
  { theme }: Pick<Cli, 'theme'>,
  changes: readonly Change[],
  planned: readonly Planned[],
): string[] {
  const gone = new Set(changes.flatMap(({ result, replaced }) => (result === null ? [] : replaced)));
  const rewired = planned.filter(({ from }) => from.some(one => gone.has(one)));
  const asking = rewired.flatMap(({ name, needs }) =>
    needs.length === 0 ? [] : [`${visible(name)} (${needs.map(({ variable }) => visible(variable)).join(', ')})`],
  );
  const ofProjects = rewired.filter(({ from }) => from.some(one => gone.has(one) && one.from.project !== null));
  const lines = [
    ...(asking.length === 0
      ? []
      : [
          `${theme.warn('note')} no client asks for these any more, so set them where Holdfast starts: ${asking.join(', ')}`,
        ]),
    ...(ofProjects.length === 0
      ? []
      : [
          `${theme.warn('note')} of a project until now, and then for every client: ${ofProjects.map(({ name }) => visible(name)).join(', ')}`,
        ]),
  ];
  return lines.length === 0 ? [] : [...lines, ''];
}

export function outcomeLines({ theme, cwd }: Cli, outcomes: readonly Outcome[]): string[] {
  return outcomes.map(({ change: { read }, backup, reason }) => {
    const name = visible(shortPath(read.from.file, cwd));
    if (reason !== null) return `${theme.bad('left')}     ${name}: ${reason}`;
    return `${theme.good('rewired')}  ${name}, backup ${shortPath(backup ?? '', cwd)}`;
  });
}

export function undoneLines({ theme, cwd }: Cli, undone: readonly Undone[], isDry: boolean): string[] {
  if (undone.length === 0) return ['nothing is rewired'];
  const words = {
    restored: theme.good(isDry ? 'would be restored' : 'restored'),
    'as it was': theme.dim('as it was'),
    refused: theme.bad('refused'),
  };
  return undone.map(({ file, client, outcome, note }) => {
    return `${words[outcome]}  ${shortPath(file, cwd)} (${CLIENTS[client]})${note === null ? '' : `: ${note}`}`;
  });
}
