import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Clock } from '../process/clock.ts';
import { firstOf } from '../process/wait.ts';
import { discoveryOf, type Era, MODERN_VERSION, wrapperOf } from './era.ts';
import { type Handshake, handshakeOf, type InitializeParams, LEGACY_VERSIONS, shakeHands } from './handshake.ts';
import type { ResponseEnvelope } from './json-text.ts';
import { ModernTranslator } from './modern-translator.ts';
import { brief } from './server-error.ts';
import type { Upstream } from './upstream.ts';

export interface Introduction {
  readonly server: string;
  readonly params: InitializeParams;
  /** What is tried first. */
  readonly first: Era;
  readonly clock: Clock;
  readonly onNotice: (text: string) => void;
}

/** One that has heard the question answers at once; some that do not know it say nothing at all. */
const DISCOVER_MS = 5_000;

/**
 * Begins a conversation in the era that the server speaks. `initialize` goes first unless it is known better, since some servers
 * exit on anything else; one that rejects it is asked in the words of 2026-07-28, on the same way.
 *
 * @throws HoldfastError as `shakeHands`; the server's own rejection where neither era will do.
 */
export async function introduce(upstream: Upstream, to: Introduction): Promise<Handshake> {
  const guessed = to.first === 'modern' ? await discover(upstream, to) : null;
  if (guessed !== null) return guessed;
  try {
    return await shakeHands(upstream, to.params);
  } catch (error) {
    if (!isRejection(error) && !isAsGoodAsOne(error)) throw error;
    // Also one that has been asked before: it may have been on its way still, and is there now.
    const found = await discover(upstream, to);
    if (found === null) throw error;
    return found;
  }
}

/** The server is there and does not take the question. Over HTTP some say so by the status alone, or without the id of the request. */
function isRejection(error: unknown): boolean {
  if (!(error instanceof HoldfastError)) return false;
  return error.code === 'CONNECTION_HANDSHAKE_REJECTED' || [400, 404].includes(Number(error.details.status));
}

/** Some take `initialize` and answer it with a revision that has none. */
const isAsGoodAsOne = (error: unknown): boolean =>
  error instanceof HoldfastError &&
  error.code === 'CONNECTION_PROTOCOL_VERSION' &&
  error.details.version === MODERN_VERSION;

/** Null where the server does not speak 2026-07-28, or says nothing. Else what is said from now on is translated for it. */
async function discover(
  upstream: Upstream,
  { server, params, clock, onNotice }: Introduction,
): Promise<Handshake | null> {
  const wrapper = wrapperOf(params);
  const _meta = Object.fromEntries(wrapper.map(([name, raw]) => [name, JSON.parse(raw) as unknown]));
  const heard: (ResponseEnvelope | HoldfastError)[] = [];
  const asked = upstream.ask('server/discover', { _meta }).catch((lost: HoldfastError) => lost);
  await firstOf(
    clock,
    DISCOVER_MS,
    asked.then(answer => heard.push(answer)),
  );
  const [answer] = heard;
  if (answer instanceof HoldfastError && !isRejection(answer)) throw answer;
  const discovery = answer === undefined || answer instanceof HoldfastError ? null : discoveryOf(answer, server);
  if (discovery === null || discovery.type === 'notModern') return null;
  if (discovery.type === 'otherVersion') {
    const details = {
      version: brief(discovery.versions.join(', ') || 'none'),
      known: [MODERN_VERSION, ...LEGACY_VERSIONS].join(', '),
    };
    throw new HoldfastError('CONNECTION_PROTOCOL_VERSION', { details });
  }
  const handshake = handshakeOf(discovery.initialize, JSON.parse(discovery.initialize), 'modern');
  if (handshake === null) return null;
  upstream.translate(ends => new ModernTranslator(ends, { wrapper, handshake, clock, onNotice }));
  return handshake;
}
