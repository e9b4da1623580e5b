/** The command line itself is wrong: exit code 2, and nothing has been done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE_INVALID';
  readonly hint: string;

  /** Both lower-case and without a full stop, as in the catalogue of errors. The hint says what to do. */
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
