/** One mistake in a configuration, at the place where it stands. */
export interface ConfigIssue {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  /** Path of keys, such as `mcpServers.files.holdfast.restart.retries`; empty for the file as a whole. */
  readonly key: string;
  /** What is wrong and what was expected; lower-case, no full stop. */
  readonly message: string;
}

/** A configuration that cannot be used. It lists every mistake at once; nothing has been started. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[], options?: { cause?: unknown }) {
    super(issues.map(formatIssue).join('\n'), options);
    this.issues = issues;
  }
}

/** `file:line:column: key: message`, the form that editors and terminals make clickable. */
export function formatIssue(issue: ConfigIssue): string {
  return `${issue.file}:${issue.line}:${issue.column}: ${issue.key === '' ? '' : `${issue.key}: `}${issue.message}`;
}
