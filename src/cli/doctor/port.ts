import { createServer } from 'node:net';
import type { Check } from './check.ts';
import { ok, problem, type Verdict, warning } from './finding.ts';

/** What came of listening there for a moment: free, or the error's code. */
export interface PortFacts {
  readonly port: number;
  readonly host: string;
  readonly error: string | null;
  /** Who listens there, where that is known: `node (pid 12)`. */
  readonly holder: string | null;
}

export function portVerdict({ port, host, error, holder }: PortFacts): Verdict {
  const details = { port, host, error, holder };
  if (error === null) return ok(`${port} on ${host} is free`, details);
  if (error === 'EADDRINUSE') {
    const who = holder === null ? 'another program' : holder;
    const hint = 'end that program, or set another "holdfast.gateway.port" in the configuration';
    return warning(`${port} on ${host} is taken by ${who}`, hint, details);
  }
  if (error === 'EACCES') {
    const hint =
      'set another "holdfast.gateway.port"; on Windows "netsh int ipv4 show excludedportrange tcp" lists what is reserved';
    return warning(`${port} on ${host} may not be used: the system has reserved it`, hint, details);
  }
  return problem(`cannot listen on ${host}: ${error}`, 'see that the loopback interface is up', details);
}

/** Listens for a moment, which alone tells also of ports that the system reserves, and accepts nobody. */
export function tryPort(port: number, host: string): Promise<string | null> {
  return new Promise(resolve => {
    const server = createServer(socket => socket.destroy());
    server.once('error', error => resolve('code' in error ? String(error.code) : error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** Of the HTTP endpoint, unless it is configured. */
const DEFAULT_PORT = 4653;

export const portCheck: Check = {
  id: 'port',
  topic: 'network',
  title: 'port',
  run: async () => {
    const [port, host] = [DEFAULT_PORT, '127.0.0.1'];
    return portVerdict({ port, host, error: await tryPort(port, host), holder: null });
  },
};
