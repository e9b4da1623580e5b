import semver from 'semver';

/** What is asked of a registry package: a name, and which versions will do. */
export interface PackageSpec {
  readonly name: string;
  /** A version or range; `undefined` for a bare name, which any installed version satisfies. */
  readonly range: string | undefined;
}

/** Why a spec must be left to npm: it names no registry package, or only the registry knows which version it means. */
export interface LeftToNpm {
  readonly reason: string;
}

const NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~_-][a-z0-9._~-]*$/i;

/** Reads `name`, `@scope/name`, `name@1.2.3`, `name@^1`; tags, folders, URLs and aliases are left to npm. */
export function parsePackageSpec(text: string): PackageSpec | LeftToNpm {
  const at = text.indexOf('@', 1);
  const name = at === -1 ? text : text.slice(0, at);
  const version = at === -1 ? '' : text.slice(at + 1).trim();
  if (!NAME.test(name)) return { reason: `"${text}" is not the name of a registry package` };
  if (version === '') return { name, range: undefined };
  if (semver.validRange(version) === null) return { reason: `only the registry knows what "@${version}" is` };
  return { name, range: version };
}

/** Whether an installed version is one that the spec permits. */
export function permits(spec: PackageSpec, version: string): boolean {
  return semver.valid(version) !== null && (spec.range === undefined || semver.satisfies(version, spec.range));
}

/** Orders versions, newest first. */
export const newestFirst = (a: string, b: string): number => semver.rcompare(a, b);

/** Whether a Node version fits a package's `engines.node`; true where that cannot be read. */
export function nodeFits(version: string, engines: string): boolean {
  return semver.validRange(engines) === null || semver.satisfies(version, engines, { includePrerelease: true });
}
