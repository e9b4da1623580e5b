import { lookup as dnsLookup, type LookupOptions } from 'node:dns';
import {
  Agent,
  type AgentOptions,
  type ClientRequest,
  type ClientRequestArgs,
  request as httpRequest,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, isIPv6, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, rootCertificates } from 'node:tls';
import type { NetworkOptions } from '../config/types.ts';

export interface RemoteWay {
  /** The proxy that leads to the address; null leads there directly. */
  readonly proxy: URL | null;
  /** Authorities to believe beside Node's own, as PEM. */
  readonly authorities: readonly string[];
  readonly dnsOrder: NetworkOptions['dnsOrder'];
}

/** Many servers close an idle connection after 5 s: one that is used just then is lost with what was sent on it. */
const IDLE_MS = 4_000;

/** The sockets of one connection to a remote server. Whoever gets it destroys it. */
export function remoteAgent(url: URL, { proxy, authorities, dnsOrder }: RemoteWay): Agent {
  const lookup: LookupFunction = (host, options, callback) =>
    dnsLookup(host, { ...options, order: dnsOrder } as LookupOptions, callback as never);
  const options: AgentOptions = { keepAlive: true, timeout: IDLE_MS, lookup };
  const ca = authorities.length === 0 ? {} : { ca: [...rootCertificates, ...authorities] };
  const agent = url.protocol === 'https:' ? new HttpsAgent({ ...options, ...ca }) : new Agent(options);
  if (proxy !== null) goThrough(agent, proxy);
  return agent;
}

/** Every connection of the agent becomes a tunnel through the proxy (CONNECT). */
function goThrough(agent: Agent, proxy: URL): void {
  const opening = new Set<ClientRequest>();
  let isDestroyed = false;
  agent.createConnection = (options, callback = () => {}) => {
    const request = openTunnel(options, proxy, agent instanceof HttpsAgent, (error, socket) => {
      opening.delete(request);
      if (isDestroyed) socket?.destroy();
      callback(error, socket as Duplex);
    });
    opening.add(request);
    return undefined;
  };
  const destroy = agent.destroy.bind(agent);
  agent.destroy = () => {
    isDestroyed = true;
    for (const request of opening) request.destroy();
    destroy();
  };
}

function openTunnel(
  options: ClientRequestArgs & { readonly servername?: string },
  proxy: URL,
  isSecure: boolean,
  done: (error: Error | null, socket?: Duplex) => void,
): ClientRequest {
  const host = options.host ?? '';
  const target = `${isIPv6(host) ? `[${host}]` : host}:${options.port ?? (isSecure ? 443 : 80)}`;
  const { username, password } = proxy;
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...(username === '' ? {} : { 'proxy-authorization': `Basic ${login}` }) },
    agent: false,
  });
  request.once('error', done);
  // Proxies refuse with an ordinary answer.
  request.once('response', response => {
    response.destroy();
    done(refused(response.statusCode));
  });
  request.once('connect', (response, socket) => {
    if (response.statusCode !== 200) {
      socket.destroy();
      return done(refused(response.statusCode));
    }
    if (!isSecure) return done(null, socket);
    const servername = options.servername ?? (isIP(host) === 0 ? host : '');
    const secure = connectTls({ ...(options as object), socket, servername });
    secure.once('error', done);
    secure.once('secureConnect', () => {
      secure.off('error', done);
      done(null, secure);
    });
  });
  return request.end();
}

function refused(status: number | undefined): Error {
  if (status === 407) return Object.assign(new Error('the proxy wants a login'), { code: 'EPROXYAUTH' });
  return new Error(`the proxy refused to connect (HTTP status ${status})`);
}
