import { createRequire } from 'node:module';

/** Our version, as our own package.json has it; found by name, since compiled files lie in more than one place. */
export function packageVersion(): string {
  return ownPackage().version;
}

/** The versions of Node that we run on, as a range. */
export function supportedNode(): string {
  return ownPackage().engines.node;
}

function ownPackage(): { readonly version: string; readonly engines: { readonly node: string } } {
  return createRequire(import.meta.url)('holdfast/package.json');
}
