const FIRST_MS = 500;
const MAX_MS = 15_000;

/** How long to wait before try `attempt` (from 1) to reach the manager again: soon at first, then ever later, never all pages at once. */
export function reconnectDelay(attempt: number, random: () => number): number {
  const delay = Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 16));
  return Math.round(delay * (0.8 + random() * 0.4));
}
