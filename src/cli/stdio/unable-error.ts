import { ConfigError, formatIssue } from '../../errors/config-error.ts';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import { UsageError } from '../usage-error.ts';

/**
 * Why no manager can be run here, for the client. It runs on this machine and was given the configuration by whoever reads its errors:
 * the place of the first mistake is what they need.
 */
export function unableError(cause: unknown, redact: (text: string) => string): HoldfastError {
  if (cause instanceof HoldfastError) return cause;
  return new HoldfastError('CONNECTION_NO_MANAGER', { cause, hint: hintFor(cause, redact), isHintOpen: true });
}

function hintFor(cause: unknown, redact: (text: string) => string): string | undefined {
  if (cause instanceof UsageError) return `${redact(cause.message)}: ${cause.hint}`;
  const [first, ...more] = cause instanceof ConfigError ? cause.issues : [];
  if (first === undefined) return undefined;
  const others = more.length === 0 ? '' : `; ${more.length} more: see "holdfast config check"`;
  return `correct the configuration: ${redact(formatIssue(first))}${others}`;
}
