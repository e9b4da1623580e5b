import { type IncomingMessage, request } from 'node:http';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { errorFromWire, type ToldError } from './remote-error.ts';

export interface ControlRequest {
  /** Of the manager's socket or pipe. */
  readonly socketPath: string;
  readonly token: string | null;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Whether the request may have had an effect when its answer is lost. */
  readonly hasEffect?: boolean;
}

/**
 * One request to a manager; resolves with its JSON answer.
 *
 * @throws HoldfastError that the manager answered with; CONNECTION_NO_MANAGER when nobody listens; CONNECTION_LOST when the manager
 * goes away meanwhile; TOOL_CALL_CANCELLED when `signal` fires.
 */
export async function requestJson(asked: ControlRequest): Promise<unknown> {
  const response = await open(asked);
  const text = await failing(asked, readText(response));
  return answerOf(text);
}

/** A request whose answer has no end; resolves once it has begun. Errors as for `requestJson`. */
export async function requestStream(asked: ControlRequest): Promise<IncomingMessage> {
  const response = await open(asked);
  response.setEncoding('utf8');
  return response;
}

async function open(asked: ControlRequest): Promise<IncomingMessage> {
  const response = await failing(asked, send(asked));
  const { statusCode = 0 } = response;
  if (statusCode >= 200 && statusCode < 300) return response;
  const answer = answerOf(await failing(asked, readText(response))) as { error?: ToldError } | null;
  throw errorFromWire(answer?.error ?? { message: `the manager answered with HTTP status ${statusCode}` });
}

function send({ socketPath, token, method, path, body, signal }: ControlRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'POST' ? { 'content-length': Buffer.byteLength(text) } : {}),
    };
    // One connection for each request: to close it is how a call is cancelled.
    const options = { socketPath, method, path, headers, agent: false, ...(signal === undefined ? {} : { signal }) };
    request(options).once('response', resolve).once('error', reject).end(text);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function answerOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HoldfastError('CONNECTION_LOST', {
      details: { why: 'the manager answered with something other than JSON' },
      cause,
    });
  }
}

/** Says what it means for the caller that the connection failed. */
async function failing<T>({ signal, hasEffect }: ControlRequest, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    const mayHaveRun = hasEffect === true ? true : undefined;
    if (signal?.aborted === true) throw new HoldfastError('TOOL_CALL_CANCELLED', { mayHaveRun, cause });
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED' || code === 'ENOENT') throw new HoldfastError('CONNECTION_NO_MANAGER', { cause });
    const hint = 'see with "holdfast status" whether it still runs';
    throw new HoldfastError('CONNECTION_LOST', {
      details: { why: 'the manager went away' },
      hint,
      isHintOpen: true,
      mayHaveRun,
      cause,
    });
  }
}
