import { type Code, catalogue } from '../errors/catalogue.ts';
import { type Category, type ClientError, HoldfastError } from '../errors/holdfast-error.ts';

/** An error as it comes from a manager: all of it may be missing or strange, for the manager may be newer than we are. */
export type ToldError = Readonly<Record<string, unknown>>;

/** The error that a manager told us of, as if it had happened here: with the same code, also where that is new to us. */
export function errorFromWire(told: ToldError): HoldfastError {
  const code = text(told.code) ?? 'unknown';
  const hint = text(told.hint);
  const options = {
    details: isRecord(told.details) ? told.details : {},
    server: text(told.server),
    stderrTail: Array.isArray(told.stderrTail) ? told.stderrTail.filter(line => typeof line === 'string') : [],
    mayHaveRun: typeof told.mayHaveRun === 'boolean' ? told.mayHaveRun : undefined,
    ...(hint === undefined ? {} : { hint }),
  };
  if (Object.hasOwn(catalogue, code)) return new HoldfastError(code as Code, options);
  return new UnknownError(
    code,
    text(told.category),
    text(told.message) ?? 'the manager reports an error without a message',
    options,
  );
}

/** A code that is not in our catalogue; what is known of it is what we were told. */
class UnknownError extends HoldfastError {
  override readonly code: Code;
  override readonly category: Category;

  constructor(
    code: string,
    category: string | undefined,
    message: string,
    options: ConstructorParameters<typeof HoldfastError>[1],
  ) {
    super('CONNECTION_LOST', options);
    // Readers compare codes and show them; only the catalogue itself needs one that it knows.
    this.code = code as Code;
    this.category = (category ?? 'connection') as Category;
    this.message = message;
  }

  override toClient(): ClientError {
    const { category, code, message, hint, server } = this;
    return { category, code, message, hint, ...(server === undefined ? {} : { server }) };
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
