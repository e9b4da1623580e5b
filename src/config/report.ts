import type { ConfigIssue } from '../errors/config-error.ts';
import { formatPath, type KeyPath, type Source } from './source.ts';
import type { ConfigWarning } from './types.ts';

/** Gathers all mistakes and oddities of one configuration, so that they can be told at once and in the file's order. */
export interface Report {
  /** At the value of `path`, or where `part` says so at its key. */
  error(path: KeyPath, message: string, part?: 'key' | 'value'): void;
  warn(path: KeyPath, message: string, part?: 'key' | 'value'): void;
  issues(): readonly ConfigIssue[];
  warnings(): readonly ConfigWarning[];
}

export function createReport(source: Source): Report {
  const issues: ConfigIssue[] = [...source.issues];
  const warnings: ConfigWarning[] = [];
  const entry = (path: KeyPath, message: string, part: 'key' | 'value'): ConfigWarning => ({
    file: source.file,
    ...source.placeOf(path, part),
    key: formatPath(path),
    message,
  });
  return {
    error: (path, message, part = 'value') => issues.push(entry(path, message, part)),
    warn: (path, message, part = 'key') => warnings.push(entry(path, message, part)),
    issues: () => inOrder(issues),
    warnings: () => inOrder(warnings),
  };
}

export function inOrder<T extends ConfigIssue>(entries: readonly T[]): T[] {
  return entries.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
