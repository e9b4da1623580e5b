import { errorResponse, idKey, parseMessage, rawMember } from './json-text.ts';
import type { SessionHost } from './session-audience.ts';

export interface HandlerContext {
  /** Name of the server that asks. */
  readonly server: string;
  /** Aborted when the server takes the question back, or goes down. */
  readonly signal: AbortSignal;
}

/** Answers what a server asks: gets the request's `params`, gives its `result`. */
export type Handler = (params: unknown, context: HandlerContext) => Promise<unknown> | unknown;

/** What the host can do for servers. Each one given becomes a client capability; the others are declined. */
export interface Handlers {
  /** `sampling/createMessage`. */
  readonly sampling?: Handler | undefined;
  /** `elicitation/create`. */
  readonly elicitation?: Handler | undefined;
  /** `roots/list`: the roots themselves, or what gives them. */
  readonly roots?: readonly { readonly uri: string; readonly name?: string }[] | Handler | undefined;
}

const METHOD_NOT_FOUND = -32601;
const INTERNAL_ERROR = -32603;

/** The client capabilities that go with the handlers. */
export function capabilitiesOf(handlers: Handlers): Record<string, unknown> {
  return {
    ...(handlers.sampling === undefined ? {} : { sampling: {} }),
    ...(handlers.elicitation === undefined ? {} : { elicitation: {} }),
    ...(handlers.roots === undefined ? {} : { roots: {} }),
  };
}

/** The host's side of a session, made of plain functions. */
export function hostOf(
  server: string,
  handlers: Handlers,
  respond: (text: string) => void,
  onNotification: (text: string) => void,
): SessionHost {
  const open = new Map<string, AbortController>();
  return {
    onRequest(text) {
      const parsed = parseMessage(text);
      if (!parsed.ok || parsed.envelope.kind !== 'request') return;
      const { id, method, value } = parsed.envelope;
      const handler = handlerFor(method, handlers);
      if (handler === null) {
        respond(errorResponse(id.raw, METHOD_NOT_FOUND, `the client has no handler for ${method}`));
        return;
      }
      const controller = new AbortController();
      open.set(idKey(id.raw), controller);
      void Promise.resolve()
        .then(() => handler(value.params, { server, signal: controller.signal }))
        .then(result => `{"jsonrpc":"2.0","id":${id.raw},"result":${JSON.stringify(result ?? {})}}`)
        .catch((error: unknown) =>
          errorResponse(id.raw, INTERNAL_ERROR, error instanceof Error ? error.message : String(error)),
        )
        .then(answer => {
          open.delete(idKey(id.raw));
          if (!controller.signal.aborted) respond(answer);
        });
    },
    onNotification(text) {
      const parsed = parseMessage(text);
      if (!parsed.ok || parsed.envelope.kind !== 'notification') return;
      if (parsed.envelope.method !== 'notifications/cancelled') return onNotification(text);
      const requestId = rawMember(parsed.envelope, ['params', 'requestId'])?.raw;
      if (requestId !== undefined) open.get(idKey(requestId))?.abort();
    },
  };
}

function handlerFor(method: string, handlers: Handlers): Handler | null {
  switch (method) {
    case 'sampling/createMessage':
      return handlers.sampling ?? null;
    case 'elicitation/create':
      return handlers.elicitation ?? null;
    case 'roots/list': {
      const { roots } = handlers;
      if (roots === undefined) return null;
      return typeof roots === 'function' ? roots : () => ({ roots });
    }
    default:
      return null;
  }
}
