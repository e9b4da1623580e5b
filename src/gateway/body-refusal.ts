import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Body } from './body.ts';
import type { Refusal } from './guard.ts';
import { badRequest } from './http-reply.ts';

/** What is said to who sends a body that is not taken; null where there is nothing to say, or nobody to hear it. */
export function bodyRefusal(kind: Exclude<Body['kind'], 'notUtf8'>, maxBodyBytes: number): Refusal | null {
  switch (kind) {
    case 'text':
    case 'gone':
      return null;
    case 'tooLarge': {
      const hint = '"holdfast.gateway.maxBodyBytes" sets the limit';
      const details = { limit: maxBodyBytes };
      const error = new HoldfastError('RESOURCE_MESSAGE_TOO_LARGE', { details, hint, isHintOpen: true });
      return { status: 413, error, headers: {} };
    }
    case 'noRoom':
      return { status: 503, error: new HoldfastError('RESOURCE_BUFFER_FULL'), headers: { 'Retry-After': '1' } };
    case 'tooSlow': {
      const error = badRequest('its body did not arrive in time', 'send it whole, and at once');
      return { status: 408, error, headers: {} };
    }
  }
}
