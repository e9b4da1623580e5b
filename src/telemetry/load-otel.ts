import { HoldfastError } from '../errors/holdfast-error.ts';
import type { HoldfastEvent } from './events.ts';
import type { MetricsRegistry } from './metrics-registry.ts';

/** Hands what happens in one manager to OpenTelemetry. */
export interface OtelBridge {
  /** Why nothing of it will arrive anywhere; null where it may. */
  readonly deafness: string | null;
  heard(event: HoldfastEvent): void;
  /** What has been handed over is on its way when it resolves, or it took too long. */
  close(): Promise<void>;
}

export type OpenOtel = (setup: { readonly version: string; readonly registry: MetricsRegistry }) => OtelBridge;

/** The package is not ours to bring: it is the user's, with the SDK. @throws HoldfastError RESOURCE_PACKAGE_MISSING */
export async function loadOtel(
  load: () => Promise<{ readonly openTelemetry: OpenOtel }> = () => import('./otel.ts'),
): Promise<OpenOtel> {
  try {
    return (await load()).openTelemetry;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new HoldfastError('RESOURCE_PACKAGE_MISSING', { details: { package: '@opentelemetry/api' }, cause: error });
  }
}
