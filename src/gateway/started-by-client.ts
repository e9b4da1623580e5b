import { request } from '../session/json-text.ts';
import type { Backend } from './backend.ts';

/**
 * The same backend for a server that is there for one client. It is started as soon as that one has said who it is, and knows it from
 * the first word on; else the process would begin for nobody, and once more for the first request.
 */
export function startedByClient(backend: Backend, start: () => void): Backend {
  return {
    server: backend.server,
    open(profile, client) {
      const session = backend.open(profile, client);
      start();
      // A request is what gives a client its place. Why it fails is told to the requests of the client itself.
      session.request(request('"holdfast-first"', 'ping'), { deadline: Infinity }).catch(() => {});
      return session;
    },
  };
}
