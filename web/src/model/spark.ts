import { extremes } from './series.ts';

/** Points of a small line, as `d` of an SVG path in a box of `width` by `height`; gaps stay gaps. Null where there is nothing to draw. */
export function sparkPath(column: readonly (number | null)[], width: number, height: number): string | null {
  const range = extremes(column);
  if (range === null || column.length < 2) return null;
  const top = range.max === 0 ? 1 : range.max;
  const step = width / (column.length - 1);
  let isDown = false;
  const parts = column.map((value, index) => {
    if (value === null) {
      isDown = false;
      return '';
    }
    const command = isDown ? 'L' : 'M';
    isDown = true;
    return `${command}${round(index * step)} ${round(height - (value / top) * height)}`;
  });
  return parts.filter(Boolean).join('');
}

const round = (value: number): number => Math.round(value * 10) / 10;
