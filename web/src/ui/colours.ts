import { repaint } from './theme.ts';

/** A canvas knows no CSS: lines differ by these, too, for those who do not tell the colours apart. */
export const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2.5], [9, 3, 2, 3], [], [6, 3]];

const known = new Map<string, string>();
repaint.subscribe(() => known.clear());

/** What a custom property is at the moment, in the present theme. */
export function colourOf(name: string): string {
  const before = known.get(name);
  if (before !== undefined) return before;
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  known.set(name, color);
  return color;
}
