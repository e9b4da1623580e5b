// Finds what a source file imports, by pattern: enough for formatted code, and no compiler to keep in step with.

export interface Import {
  readonly specifier: string;
  /** Erased by the compiler: nothing of it is left when the program runs. */
  readonly isType: boolean;
}

// `import … from 'x'`, `export … from 'x'`, `import 'x'`. No `;` or quote can stand between, which keeps it to one statement.
const STATEMENT = /^[ \t]*(?:import|export)\b(\s+type\b(?!\s+from\b))?(?:[^'"`;]*?\bfrom)?\s*['"]([^'"\n]+)['"]/gm;
const CALL = /(\btypeof\s+)?\b(?:import|require)\s*\(\s*['"`]([^'"`\n]+)['"`]/g;
const COMMENT_OR_STRING = /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** The source without its comments; strings stay. */
export function withoutComments(source: string): string {
  return source.replace(COMMENT_OR_STRING, (_, text: string | undefined) => text ?? '');
}

/**
 * Every import of a source file.
 *
 * `import { type A } from 'x'` counts as a value import, since `verbatimModuleSyntax` leaves `import 'x'` of it.
 */
export function importsOf(source: string): Import[] {
  const code = withoutComments(source);
  return [...code.matchAll(STATEMENT), ...code.matchAll(CALL)].map(([, type, specifier = '']) => ({
    specifier,
    isType: type !== undefined,
  }));
}
