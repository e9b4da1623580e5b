import { isObject } from '../config/is-object.ts';
import { type Handshake, LEGACY_VERSIONS } from '../session/handshake.ts';

/** What one server said of itself; null where it was never heard. */
export interface Said {
  readonly server: string;
  readonly handshake: Handshake | null;
}

/** What is promised while a server may yet come with anything: a client is told its capabilities once. */
const EVERYTHING = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
};
/** Instructions are read by models, each time: one server's must not crowd out the others'. */
const MAX_INSTRUCTIONS = 4_000;
const MAX_ALL_INSTRUCTIONS = 16_000;

/** The raw result of `initialize` for all servers as one. */
export function aggregateInitialize(all: readonly Said[], serverInfo: object): string {
  const instructions = instructionsOf(all);
  return JSON.stringify({
    protocolVersion: LEGACY_VERSIONS[0],
    capabilities: capabilitiesOf(all),
    serverInfo,
    ...(instructions === null ? {} : { instructions }),
  });
}

function capabilitiesOf(all: readonly Said[]): object {
  const known = all.flatMap(({ handshake }) => (handshake === null ? [] : [handshake.capabilities]));
  // Of one server alone also what is unknown to us passes.
  const own = all.length === 1 ? known[0] : {};
  if (known.length < all.length || all.length === 0) return { ...own, ...EVERYTHING };
  const has = (name: string) => known.some(capabilities => capabilities[name] !== undefined);
  const subscribes = known.some(({ resources }) => isObject(resources) && resources.subscribe === true);
  const union = Object.entries(EVERYTHING).filter(([name]) => has(name));
  return {
    ...own,
    ...Object.fromEntries(union),
    ...(has('resources') ? { resources: { ...(subscribes ? { subscribe: true } : {}), listChanged: true } } : {}),
  };
}

function instructionsOf(all: readonly Said[]): string | null {
  const parts = all.flatMap(({ server, handshake }) => {
    const own =
      handshake === null ? undefined : (JSON.parse(handshake.result) as { instructions?: unknown }).instructions;
    return typeof own === 'string' && own.trim() !== '' ? [`# ${server}\n\n${cut(own.trim(), MAX_INSTRUCTIONS)}`] : [];
  });
  if (parts.length === 0) return null;
  const lead = 'Several servers are one here. Their tools and prompts are named SERVER__NAME.';
  return cut([lead, ...parts].join('\n\n'), MAX_ALL_INSTRUCTIONS);
}

const cut = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length)}…`);
