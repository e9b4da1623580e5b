import { styleText } from 'node:util';
import type { Health, ServerState } from '../../telemetry/events.ts';

type Paint = (text: string) => string;

/** What a text means; how that looks is decided here alone. */
export interface Theme {
  readonly good: Paint;
  readonly warn: Paint;
  readonly bad: Paint;
  readonly dim: Paint;
  readonly strong: Paint;
}

export type Tone = keyof Theme;

/** How a server, or one of its instances, is doing, in one colour. */
export function toneOfState(state: ServerState, health: Health): Tone {
  if (state === 'ready') return health === 'healthy' || health === 'unknown' ? 'good' : 'warn';
  if (state === 'failed') return 'bad';
  return state === 'stopped' ? 'dim' : 'warn';
}

const asIs: Paint = text => text;

/** For files, pipes and tests. */
export const plainTheme: Theme = { good: asIs, warn: asIs, bad: asIs, dim: asIs, strong: asIs };

type Format = Parameters<typeof styleText>[0];

// Whether the stream takes colours has been decided by `themeFor`; styleText would ask stdout, whatever the text is for.
const paint =
  (format: Format): Paint =>
  text =>
    text === '' ? '' : styleText(format, text, { validateStream: false });

export const colourTheme: Theme = {
  good: paint('green'),
  warn: paint('yellow'),
  bad: paint('red'),
  dim: paint('dim'),
  strong: paint('bold'),
};

/** Colours on a terminal, unless NO_COLOR is set to anything (no-color.org) or the terminal is a dumb one. */
export function themeFor(
  stream: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
): Theme {
  const isPlain = stream.isTTY !== true || (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return isPlain ? plainTheme : colourTheme;
}
