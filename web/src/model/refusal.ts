import { isObject } from './schema.ts';
import type { WireError } from './wire.ts';

/** What an answer other than 2xx says: the control API's own words, the endpoint's (JSON-RPC), or none that we know. */
export function readError(status: number, body: string): WireError {
  const error = errorIn(body);
  if (typeof error?.message !== 'string') {
    return {
      category: 'connection',
      code: `HTTP_${status}`,
      message: `something answers here, but not a Holdfast (HTTP ${status})`,
      hint: 'look whether the manager runs: "holdfast status"',
      server: null,
      details: {},
    };
  }
  const told = isObject(error.data) ? { ...error.data, message: error.message } : error;
  const none = { category: 'connection', code: `HTTP_${status}`, hint: '', server: null, details: {} };
  return { ...none, ...told } as WireError;
}

/** What a refusal means for the page: that a person has to bring a token, or in words what is the matter. */
export function refusalOf(status: number, { message, hint }: WireError): 'locked' | string {
  if (status === 401) return 'locked';
  return hint === '' ? message : `${message}; ${hint}`;
}

function errorIn(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) && isObject(value.error) ? value.error : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
