import { type CallOptions, isUnsent } from '../session/call.ts';
import type { Served } from './client.ts';
import type { ManagedServer } from './managed-server.ts';

/** Whoever serves under a name at the time; what never reached one generation is for the next. */
export function servedBy(current: () => ManagedServer): Served {
  const request = async (text: string, options: CallOptions): Promise<string> => {
    const server = current();
    try {
      return await server.request(text, options);
    } catch (error) {
      // Of what was sent the fault tells more than that its server is gone since.
      if (!isUnsent(error, options) || current() === server) throw error;
      return request(text, options);
    }
  };
  return {
    get first() {
      return current().first;
    },
    request,
  };
}
