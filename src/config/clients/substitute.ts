import type { Need } from './client.ts';

/** What the `${…}` of a client's entry lead to here. */
export interface Substitution {
  readonly text: string;
  readonly needs: readonly Need[];
  /** Why the entry cannot be taken over; null where it can. */
  readonly reason: string | null;
}

/** What an editor asks for once, and remembers. */
export interface Input {
  readonly description: string;
  readonly fallback: string | undefined;
}

/**
 * Turns what means something to the client alone into what means the same here: the project's folder into its path, and what an
 * editor asks for (`${input:id}`) into a variable `${ID}`. All else is ours too, or stays as it is written.
 */
export function substitute(text: string, project: string | null, inputs: ReadonlyMap<string, Input>): Substitution {
  const needs: Need[] = [];
  let reason: string | null = null;
  const result = text.replace(/\$\{([^${}]+)\}/g, (all, inner: string) => {
    const [, kind = inner, name = ''] = /^(\w+):(?!-)(.*)$/.exec(inner) ?? [];
    if (kind === 'input') {
      const { description, fallback } = inputs.get(name) ?? { description: '', fallback: undefined };
      const variable = variableOf(name);
      if (fallback !== undefined && !/[${}]/.test(fallback)) return `\${${variable}:-${fallback}}`;
      needs.push({ variable, why: description === '' ? `the editor asks for "${name}"` : description });
      return `\${${variable}}`;
    }
    const isFolder = /^(workspaceFolder|workspaceFolderBasename|CLAUDE_PROJECT_DIR)(:-.*)?$/.exec(inner)?.[1];
    if (isFolder !== undefined && project === null) {
      reason ??= `\${${isFolder}} is another folder in each project`;
      return all;
    }
    if (isFolder === 'workspaceFolderBasename') return project?.split(/[\\/]/).findLast(part => part !== '') ?? '';
    if (isFolder !== undefined) return project ?? all;
    if (['command', 'config', 'workspaceFolder'].includes(kind) && name !== '') {
      reason ??= `what ${all} stands for is known to the editor alone`;
    }
    return all;
  });
  return { text: result, needs, reason };
}

/** `perplexity-key` is the variable PERPLEXITY_KEY. */
function variableOf(id: string): string {
  const name = id.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase();
  return /^[A-Z_]/.test(name) ? name : `INPUT_${name}`;
}

/** The `inputs` of an editor's file, by id. */
export function inputsOf(value: unknown): Map<string, Input> {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return new Map(
    entries.flatMap(entry => {
      const { id, description, default: fallback } = (entry ?? {}) as Record<string, unknown>;
      if (typeof id !== 'string') return [];
      const input = {
        description: typeof description === 'string' ? description : '',
        fallback: typeof fallback === 'string' && fallback !== '' ? fallback : undefined,
      };
      return [[id, input] as const];
    }),
  );
}
