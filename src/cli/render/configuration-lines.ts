import { formatIssue } from '../../errors/config-error.ts';
import type { ConfigurationStatus } from '../../manager.ts';
import { wrap } from './text.ts';
import type { Theme } from './theme.ts';

/** More mistakes than these are counted. */
const MOST_SHOWN = 5;
const MOST_LINES = 10;
const INDENT = '  ';

type Tone = 'bad' | 'warn' | 'dim';

/** What is the matter with the configuration, and what to do; nothing where all of it counts. */
export function configurationLines(
  { file, problems, pending, needsRestart }: ConfigurationStatus,
  width: number,
  theme: Theme,
): string[] {
  const say = (tone: Tone, text: string) => wrap(text, width, MOST_LINES).map(line => theme[tone](line));
  const below = (tone: Tone, text: string) =>
    wrap(text, width - INDENT.length, MOST_LINES).map(line => INDENT + theme[tone](line));
  const name = file ?? 'the configuration';
  const more = problems.length - MOST_SHOWN;
  const lines = [
    ...(problems.length === 0
      ? []
      : [
          say('bad', `${name} has mistakes, so what was read before goes on:`),
          ...problems.slice(0, MOST_SHOWN).map(issue => below('bad', formatIssue(issue))),
          ...(more > 0 ? [below('dim', `and ${more} more: holdfast config check`)] : []),
        ]),
    ...pending.flatMap(({ server, reason }) => [
      say('warn', `${server}: new settings do not count yet: ${reason}`),
      below('dim', `"holdfast restart ${server}" stops the old process and insists on them`),
    ]),
    ...(needsRestart.length === 0
      ? []
      : [say('warn', `${needsRestart.join(', ')}: changed, counts from the next start ("holdfast down", then "up")`)]),
  ];
  return lines.flat();
}
