/** Longer words of a server are cut: an error is kept for a while, and a server may say megabytes. */
const MAX_LENGTH = 4_096;

/** What the `error` member of an answer says, as far as it can be repeated; null where it is left out or of no form. */
export interface ServerError {
  readonly code: number | string | null;
  readonly message: string | null;
}

/** Reads the `error` member of an answer. A server may put anything there, also what cannot be made a text. */
export function serverErrorOf(error: unknown): ServerError {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'number' ? code : typeof code === 'string' ? brief(code) : null,
    message: typeof message === 'string' ? brief(message) : typeof error === 'string' ? brief(error) : null,
  };
}

/** A server's words, of a length that can be kept. */
export const brief = (text: string): string => (text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`);
