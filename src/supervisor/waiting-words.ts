import type { Model } from '../lifecycle/state.ts';

/** What a call that is held waits for; null where that is not worth a word. */
export function waitingWords(server: string, { state, failures }: Model, retries: number): string | null {
  const attempt = `attempt ${Math.min(failures, retries) + 1} of ${retries + 1}`;
  switch (state.name) {
    case 'starting': {
      const isDownloading = state.step === 'initialize' && state.mayDownload;
      return `starting ${server}${isDownloading ? ', which may be downloading packages' : ''}, ${attempt}`;
    }
    case 'backoff':
      return `${server} went down, ${attempt} in ${Math.ceil(state.delayMs / 1_000)} s`;
    case 'stopping':
      if (state.goal === 'rest') return null;
      return state.why === 'client' ? `starting ${server} again for this client` : `restarting ${server}`;
    case 'stopped':
    case 'ready':
    case 'failed':
      return null;
  }
}
