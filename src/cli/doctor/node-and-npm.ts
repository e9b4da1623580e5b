import semver from 'semver';
import { nodeToolScript } from '../../process/resolve/node-programs.ts';
import { pathsOf } from '../../process/resolve/place.ts';
import { searchCommand } from '../../process/resolve/search-path.ts';
import { supportedNode } from '../../version.ts';
import type { Check, World } from './check.ts';
import { ok, problem, type Verdict, warning } from './finding.ts';

export const nodeCheck: Check = {
  id: 'node',
  topic: 'programs',
  title: 'Node',
  run: ({ place }) =>
    nodeVerdict({ version: place.nodeVersion ?? '', path: place.nodePath, supported: supportedNode() }),
};

export const npmCheck: Check = {
  id: 'npm',
  topic: 'programs',
  title: 'npm',
  run: async world => npmVerdict(await readNpm(world)),
};

export interface NodeFacts {
  /** Without "v". */
  readonly version: string;
  readonly path: string;
  /** Of our own package. */
  readonly supported: string;
}

export function nodeVerdict({ version, path, supported }: NodeFacts): Verdict {
  const details = { version, path, supported };
  if (semver.satisfies(version, supported, { includePrerelease: true })) return ok(`${version}, ${path}`, details);
  return problem(
    `${version} is not supported: Holdfast needs ${supported}`,
    'install a current Node.js from https://nodejs.org',
    details,
  );
}

export interface NpmFacts {
  /** The `npm` that servers find on their PATH. */
  readonly path: string | undefined;
  readonly version: string | undefined;
  /** Names of servers that are started by npm's commands. */
  readonly neededBy: readonly string[];
}

export function npmVerdict({ path, version, neededBy }: NpmFacts): Verdict {
  const details = { path: path ?? null, version: version ?? null, neededBy };
  if (path !== undefined) return ok(`${version ?? 'version not known'}, ${path}`, details);
  const who = neededBy.length === 0 ? 'servers that are started by npx cannot run' : `${neededBy.join(', ')} needs it`;
  return warning(
    `there is none on PATH; ${who}`,
    'install Node.js, which brings npm, from https://nodejs.org',
    details,
  );
}

async function readNpm({ place, servers }: World): Promise<NpmFacts> {
  const neededBy = servers.flatMap(({ server }) =>
    server.kind === 'process' && /\bnp[mx]\b/.test(server.command) ? [server.name] : [],
  );
  const { found } = await searchCommand(place, 'npm');
  if (found === undefined) return { path: undefined, version: undefined, neededBy };
  const script = await nodeToolScript(place, found);
  const manifest =
    script === undefined ? undefined : await place.files.readText(pathsOf(place).resolve(script, '../../package.json'));
  return { path: found, version: /"version"\s*:\s*"([^"]+)"/.exec(manifest ?? '')?.[1], neededBy };
}
