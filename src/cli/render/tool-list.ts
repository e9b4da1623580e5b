import { oneLine, truncate, widthOf } from './text.ts';
import type { Theme } from './theme.ts';
import { count } from './units.ts';

type Tool = Readonly<Record<string, unknown>> & { readonly server: string };

/** Names longer than this do not push all descriptions aside. */
const NAME_MOST = 32;

/** Tools by server, each with the first line of its description. */
export function renderTools(tools: readonly Tool[], width: number, theme: Theme): string[] {
  const servers = [...new Set(tools.map(({ server }) => server))];
  if (servers.length === 0) return ['no tools'];
  const longest = Math.max(...tools.map(tool => widthOf(nameOf(tool))));
  const column = Math.min(longest, NAME_MOST);
  return servers.flatMap((server, index) => {
    const own = tools.filter(tool => tool.server === server);
    const heading = `${theme.strong(oneLine(server))}  ${theme.dim(count(own.length, 'tool'))}`;
    return [...(index === 0 ? [] : ['']), heading, ...own.map(tool => line(tool, column, width, theme))];
  });
}

function line(tool: Tool, column: number, width: number, theme: Theme): string {
  const name = truncate(nameOf(tool), Math.max(1, width - 2));
  const padding = ' '.repeat(Math.max(0, column - widthOf(name)));
  const room = width - 4 - widthOf(name) - padding.length;
  const about = room < 8 ? '' : truncate(descriptionOf(tool), room);
  return about === '' ? `  ${name}` : `  ${name}${padding}  ${theme.dim(about)}`;
}

const nameOf = ({ name }: Tool): string => oneLine(typeof name === 'string' ? name : String(name));

function descriptionOf({ description, title }: Tool): string {
  const words = typeof description === 'string' ? description : typeof title === 'string' ? title : '';
  return oneLine(words.trim().split(/\r?\n/)[0] ?? '');
}
