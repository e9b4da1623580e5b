import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Verb } from '../client/api.ts';
import type { Live } from '../client/live.ts';
import type { ServerStatus } from '../model/wire.ts';

/** What every part of the page may need. */
export interface Page {
  readonly live: Live;
  /** Opens the dialog that does it. */
  readonly steer: (server: ServerStatus, verb: Verb) => void;
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error('a part of the page stands outside of it');
  return page;
}

/** The time by the manager's clock, anew every `everyMs`. */
export function useNow(everyMs = 1_000): number {
  const { live } = usePage();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick(count => count + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return live.now;
}
