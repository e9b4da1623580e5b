import { addedAuthorities, trustsEverybody } from '../../network/certificates.ts';
import { hostOf } from '../../network/hosts.ts';
import { describeProxy, discoverProxy, type ProxyFound } from '../../network/proxy.ts';
import { startWinsock, type WinsockState } from '../../network/winsock.ts';
import { readVariable } from '../../platform/variables.ts';
import { count } from '../render/units.ts';
import type { Check, World } from './check.ts';
import { ok, problem, unknown, type Verdict, warning } from './finding.ts';

export const winsockCheck: Check = {
  id: 'winsock',
  topic: 'network',
  title: 'Winsock',
  only: 'windows',
  run: ({ network }) => {
    const winsock = startWinsock(network);
    winsock[Symbol.dispose]();
    return winsockVerdict(winsock.state);
  },
};

export const proxyCheck: Check = {
  id: 'proxy',
  topic: 'network',
  title: 'proxy',
  run: world => proxyVerdict(readProxy(world), world.loaded.config?.network.proxy !== 'off'),
};

export const certificatesCheck: Check = {
  id: 'certificates',
  topic: 'network',
  title: 'certificates',
  run: async world => certificatesVerdict(await readCertificates(world)),
};

export function winsockVerdict(state: WinsockState): Verdict {
  if (state.state === 'not applicable') return unknown('not known without native code');
  if (state.state === 'failed') return problem(`it does not start: error ${state.status}`, state.reason, { ...state });
  return ok(`${state.version} of ${state.highest}, ${count(state.providers.length, 'provider')}`, { ...state });
}

export function proxyVerdict(found: ProxyFound, isHandedOn: boolean): Verdict {
  const { source, http, https, pac } = found;
  const told = describeProxy(found);
  const details = { source, described: told, direct: found.direct, isHandedOn };
  const bad = [http, https].filter(address => address !== null && hostOf(address) === null);
  if (bad.length > 0) {
    return problem(
      `${told}: that is no address`,
      'write it as http://host:port in HTTPS_PROXY and HTTP_PROXY',
      details,
    );
  }
  if (http === null && https === null && pac !== null) {
    return warning(told, 'ask for the proxy’s address, or read it in the script, and set HTTPS_PROXY to it', details);
  }
  if (source === 'none' || isHandedOn) return ok(source === 'none' ? 'none' : `${told}, handed on to servers`, details);
  return ok(`${told}, not handed on to servers: "network.proxy" is "off"`, details);
}

export interface CertificateFacts {
  /** Authorities that were added to this system; null where it does not tell. */
  readonly added: number | null;
  readonly isHandedOn: boolean;
  /** Whether our environment has the checking switched off. */
  readonly trustsEverybody: boolean;
  /** Variables that name a file which is not there, and the file. */
  readonly missing: readonly { readonly variable: string; readonly file: string }[];
}

export function certificatesVerdict(facts: CertificateFacts): Verdict {
  const { added, isHandedOn, missing } = facts;
  const details = { ...facts };
  if (facts.trustsEverybody) {
    const hint = 'unset it, and name your own authority in NODE_EXTRA_CA_CERTS';
    return warning('NODE_TLS_REJECT_UNAUTHORIZED=0 lets anybody pass for anybody', hint, details);
  }
  if (missing.length > 0) {
    const told = missing.map(({ variable, file }) => `${variable} names ${file}`).join(', ');
    return warning(`${told}, which is not there`, 'correct or unset it', details);
  }
  if (added === null) {
    return unknown('this system does not tell which authorities were added to it', 'Node 22.15 or newer can', details);
  }
  if (added === 0) return ok('no authorities were added to this system', details);
  const told = `${count(added, 'authority', 'authorities')} added to this system`;
  return ok(
    isHandedOn ? `${told}, handed on to servers` : `${told}, not handed on: "network.certificates" is "off"`,
    details,
  );
}

/** How this machine gets outside. */
export function readProxy({ os, cli, network }: World): ProxyFound {
  return discoverProxy(os, cli.env, network.systemProxies());
}

/** Those that name one file. */
const FILE_VARIABLES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'PIP_CERT'];

async function readCertificates({ os, cli, loaded, network, place }: World): Promise<CertificateFacts> {
  const named = FILE_VARIABLES.flatMap(variable => {
    const file = readVariable(os, cli.env, variable);
    return file === undefined || file === '' ? [] : [{ variable, file }];
  });
  const kinds = await Promise.all(named.map(({ file }) => place.files.kind(file)));
  return {
    added: addedAuthorities(os, network)?.length ?? null,
    isHandedOn: loaded.config?.network.certificates !== 'off',
    trustsEverybody: trustsEverybody(os, cli.env),
    missing: named.filter((_, index) => kinds[index] === undefined),
  };
}
