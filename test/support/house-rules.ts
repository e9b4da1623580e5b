// The import table of DESIGN §11 as data: change both together. `architecture.ts` reads it, `architecture.test.ts` holds it.

export interface Row {
  /** Folders of src/ (`config`), or single files (`manager.ts`), that may be imported from; `*` is all. */
  readonly may: readonly string[];
  /** Allowed by `import type` alone. */
  readonly types?: readonly string[];
  /** Forbidden although `may` allows it. */
  readonly never?: readonly string[];
  /** No Node modules and no packages: time, chance and the outside world come as arguments. */
  readonly pure?: true;
}

/** One row per folder of src/ and per file directly in it, and one for web/. Its own folder is always allowed. */
export const importTable: Readonly<Record<string, Row>> = {
  errors: { may: [] },
  platform: { may: ['errors'] },
  telemetry: { may: ['errors'] },
  config: { may: ['errors', 'platform'] },
  lifecycle: { may: ['errors'], types: ['config'], pure: true },
  process: { may: ['platform', 'errors'], types: ['config'] },
  network: { may: ['platform', 'errors'], types: ['config'] },
  session: { may: ['process', 'config', 'errors'] },
  health: { may: ['session', 'process', 'network', 'errors'] },
  supervisor: { may: ['lifecycle', 'process', 'session', 'health', 'config', 'errors'] },
  gateway: { may: ['supervisor', 'session', 'config', 'errors'] },
  cluster: { may: ['errors'], types: ['session'] },
  daemon: { may: ['manager.ts', 'version.ts', 'supervisor', 'gateway', 'platform', 'telemetry', 'config', 'errors'] },
  cli: { may: ['*'], never: ['lifecycle', 'platform/win32.ts'] },
  // The dashboard's page, whose log has the very words of the log files.
  web: { may: ['telemetry/event-entries.ts'], types: ['*'] },
  'version.ts': { may: [] },
  // Types alone: what the composition root offers.
  'manager-api.ts': {
    may: [],
    types: ['supervisor', 'gateway', 'network', 'session', 'telemetry', 'config', 'errors'],
  },
  // The half of the manager that only passes on what is asked.
  'manager-verbs.ts': { may: [], types: ['manager-api.ts', 'supervisor', 'session'] },
  // The public types of the session (handlers, progress) are part of the manager's own surface. `platform`: to contain its own process.
  'manager.ts': {
    may: [
      'version.ts',
      'manager-verbs.ts',
      'supervisor',
      'gateway',
      'network',
      'cluster',
      'platform',
      'telemetry',
      'config',
      'errors',
    ],
    types: ['manager-api.ts', 'session'],
  },
  // A second composition root: like the manager, but for one server, whose client is the SDK's instead of our own.
  'transport.ts': { may: ['supervisor', 'network', 'telemetry', 'config', 'errors'], types: ['session'] },
  // Who catches an error needs its class, hence `errors`.
  'index.ts': { may: ['manager.ts', 'transport.ts', 'errors'], types: ['*'] },
};

/** Every layer may name the events it emits. */
export const typesOpenToAll: readonly string[] = ['telemetry/events.ts'];

export interface Door {
  readonly what: string;
  /** Matches the names that are imported. */
  readonly module: RegExp;
  readonly file: string;
  readonly typesOnly?: true;
}

/** Packages that one file alone may import. */
export const doors: readonly Door[] = [
  { what: 'koffi', module: /^koffi(\/|$)/, file: 'platform/win32.ts' },
  { what: 'NATS', module: /^(nats|nats\.ws|@nats-io\/.+)$/, file: 'cluster/nats.ts' },
  { what: 'OpenTelemetry', module: /^@opentelemetry\//, file: 'telemetry/otel.ts' },
  { what: 'the MCP SDK', module: /^@modelcontextprotocol\//, file: 'transport.ts', typesOnly: true },
];

/** The one file that may ask which operating system this is; all others are told. */
export const platformDoor = 'platform/platform.ts';

/** Longer files have a second concern in them. */
export const MAX_LINES = 300;

/** Folders of test/ whose tests are about the whole, not about one file of src/. */
export const freeTestFolders: readonly string[] = ['docs', 'scenarios', 'fixtures', 'support'];

/** Tests directly in test/ that are about the house itself. */
export const houseTests: readonly string[] = ['architecture.test.ts', 'dependencies.test.ts'];
