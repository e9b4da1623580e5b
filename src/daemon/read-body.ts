import type { Context } from 'hono';
import type * as z from 'zod';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { badRequest } from './control-errors.ts';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * The body of a request, as the schema has it. Hono's own limit makes a new Request where no length is said, which the one of
 * @hono/node-server cannot become while the global classes are left alone.
 *
 * @throws HoldfastError TOOL_BAD_REQUEST with `hint`, RESOURCE_MESSAGE_TOO_LARGE
 */
export async function readBody<T>(c: Context, schema: z.ZodType<T>, hint: string): Promise<T> {
  const text = await readText(c.req.raw);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest(`its body is not JSON: ${error.message}`, hint);
    throw error;
  }
  const checked = schema.safeParse(body);
  if (checked.success) return checked.data;
  const reasons = checked.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `"${path.join('.')}": ${message}`,
  );
  throw badRequest(reasons.join('; '), hint);
}

async function readText(request: Request): Promise<string> {
  // Who says that it is too long is told before it is read.
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) throw tooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function tooLarge(): HoldfastError {
  const hint = 'give the tool a file or an address to read from instead';
  const details = { limit: MAX_BODY_BYTES };
  return new HoldfastError('RESOURCE_MESSAGE_TOO_LARGE', { details, hint, isHintOpen: true });
}
