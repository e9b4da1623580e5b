/** What will run for one server, from where and why: the result of `resolveCommand`, shown by `status` and `config check --explain`. */
export interface LaunchPlan {
  /** Absolute path of the program that is started. */
  readonly file: string;
  readonly args: readonly string[];
  /** The child's whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute. */
  readonly cwd: string;
  /**
   * `direct`: an installed npm package started as `node entry.js`, without npx between ·
   * `resolved`: the command as written, found on the child's PATH, wrappers (`npx`, `.cmd` shims) replaced by what they run, options
   *   added that Holdfast needs (`docker run`) ·
   * `as-written`: the command as written, found on the child's PATH and otherwise untouched.
   */
  readonly launch: 'direct' | 'resolved' | 'as-written';
  /** One sentence for people: from where, and why so. */
  readonly why: string;
  /** The npm package and version that runs, where it is known. */
  readonly package?: { readonly name: string; readonly version: string } | undefined;
  /** True when the first start may have to install something (`npx`, `uvx`, `docker`): the handshake gets the longer deadline. */
  readonly mayDownload: boolean;
  /** Windows only: `args` is already quoted for `cmd.exe`. */
  readonly verbatim?: boolean | undefined;
  /** Where a `docker run` or `podman run` is started, whose container must be named to be ended. */
  readonly container?: ContainerPlan | undefined;
  /** What is odd about the command although it runs, for people. */
  readonly notes?: readonly string[] | undefined;
  /** Names of variables that are set in our own environment and were not passed on; used for hints only, never their values. */
  readonly withheld: readonly string[];
}

/** What must be known of a `docker run` to end its container. */
export interface ContainerPlan {
  /** So many arguments stand before the command, and say how the engine is reached. */
  readonly globals: number;
  /** Where the options of `run` begin. */
  readonly optionsAt: number;
  /** Where the user's own `--cidfile` is; absolute. */
  readonly cidFile: string | null;
  /** Whether a `--cidfile` may be added. Without one the container is found by its label. */
  readonly takesCidFile: boolean;
  /** Whether the engine was asked to remove the container after its end (`--rm`). */
  readonly isRemoved: boolean;
}
