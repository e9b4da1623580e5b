import { createRequire } from 'node:module';

/** Our version, as our own package.json has it; found by name, since compiled files lie in more than one place. */
export function packageVersion(): string {
  return (createRequire(import.meta.url)('holdfast/package.json') as { version: string }).version;
}
