import type { ServerOptions } from '../config/types.ts';
import { globPattern, matches } from './pattern.ts';

/** Which tools of a server clients may see and call. */
export interface ToolFilter {
  /** Every tool passes, whatever its name. */
  readonly isOpen: boolean;
  passes(tool: string): boolean;
}

/** From the option `tools` of a server: what is included and not excluded, by the server's own names. */
export function toolFilter({ include, exclude }: ServerOptions['tools']): ToolFilter {
  const wanted = include.map(globPattern);
  const unwanted = exclude.map(globPattern);
  return {
    isOpen: include.includes('*') && exclude.length === 0,
    passes: tool => wanted.some(pattern => matches(pattern, tool)) && !unwanted.some(pattern => matches(pattern, tool)),
  };
}
