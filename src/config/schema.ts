import * as z from 'zod';
import { filledText, fraction, milliseconds, oneOf, section, text, texts, whole, yesNo } from './fields.ts';

// The single source of the configuration: keys, shapes, defaults and their meaning. The types (types.ts), the JSON
// Schema for editors (json-schema.ts) and the table of docs/config.md follow from it.

/** The longest string V8 holds on 64-bit machines, and so the longest message that can be read at all. */
const MAX_STRING_LENGTH = 536_870_888;

/** A host with or without a port, or a URL. What is none would otherwise be passed over in silence. */
const HOST =
  /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/)?(?:[^\s/@]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^\s/:@[\]?#]+)(?::\d{1,5})?(?:[/?#]\S*)?$/;

export const restartSchema = section(
  {
    retries: whole(0).default(3).describe('Tries after the first failed one, before the server is `failed`.'),
    minMs: milliseconds(0).default(1_000).describe('Wait before the first retry; it doubles with each.'),
    maxMs: milliseconds(0).default(10_000).describe('Longest wait between two retries; at least `minMs`.'),
    stableMs: milliseconds(0).default(60_000).describe('Time in `ready` after which the retries start anew.'),
    windowExits: whole(0).default(5).describe('More exits than this within `windowMs`: `failed`. 0 turns it off.'),
    windowMs: milliseconds(1).default(600_000).describe('The time in which `windowExits` are counted.'),
    halfOpenMs: milliseconds(1).default(300_000).describe('A `failed` server is tried once every so often.'),
  },
  'How a server that went down is started again.',
);

export const startupSchema = section(
  {
    spawnMs: milliseconds(1).default(5_000).describe('Time for the operating system to start the process.'),
    initializeMs: milliseconds(1).default(30_000).describe('Time to answer `initialize`.'),
    downloadMs: milliseconds(1)
      .default(180_000)
      .describe('In place of `initializeMs` when `npx`, `uvx` or `docker` may have to download first.'),
    toolsMs: milliseconds(1).default(10_000).describe('Time for each page of the first `tools/list`.'),
  },
  'Deadlines while starting; to miss one is a failed start.',
);

const healthSchema = section(
  {
    intervalMs: milliseconds(0).default(300_000).describe('Time between two checks, ±10 %. 0 turns them off.'),
    pingMs: milliseconds(1).default(10_000).describe('Time to answer a `ping`.'),
    waitedMs: milliseconds(1)
      .default(5_000)
      .describe('A check is made at once when a call has waited so long without a byte from the server.'),
    latencyBudgetMs: milliseconds(1).default(5_000).describe('p95 of the response times above this is `degraded`.'),
    errorRate: fraction().default(0.5).describe('Share of failed calls (0 to 1) above which it is `degraded`.'),
  },
  'How it is found out whether a server still works.',
);

const stopSchema = section(
  {
    drainMs: milliseconds(0).default(2_000).describe('Time to leave by itself after its stdin was closed.'),
    graceMs: milliseconds(0).default(100).describe('Time between the request to end and the kill.'),
  },
  'How a server is stopped.',
);

const toolsSchema = section(
  {
    include: texts()
      .default(['*'])
      .describe('Names of the tools that clients see; `*` stands for anything, `?` for one character.'),
    exclude: texts().default([]).describe('Names of the tools that clients neither see nor may call.'),
  },
  'Which tools of a server are offered.',
);

const limitsSchema = section(
  {
    memoryMb: whole(1).optional().describe('Memory of all its processes together, in MiB.'),
    processes: whole(1).optional().describe('Number of its processes.'),
    cpuPercent: whole(1).optional().describe('Processor time, averaged over a minute; 100 is one core.'),
    openCalls: whole(1).optional().describe('Calls under way at the same time; more wait.'),
  },
  'What a server may use at most.',
);

/** What a child is started with; the top-level `network` has them too, as defaults for all servers. */
const childNetwork = {
  dnsOrder: oneOf('ipv4first', 'ipv6first', 'verbatim')
    .default('ipv4first')
    .describe('Order of addresses in name look-ups of Node. `verbatim` is what Node itself does.'),
  threadPoolSize: whole(1, 1_024).default(4).describe('`UV_THREADPOOL_SIZE` of Node children, 1 to 1024.'),
  traceWarnings: yesNo().default(true).describe('Warnings of Node children come with their stack.'),
  debug: yesNo().default(false).describe('Logs network operations of Node children; prints headers, redacted.'),
};

export const networkSchema = section(childNetwork, 'Network settings of its processes.');

export const holdfastNetworkSchema = section(
  {
    ...childNetwork,
    winsock: yesNo().default(true).describe('Starts Winsock first, to tell what ails it. Windows only.'),
    prewarm: yesNo().default(true).describe('Looks up the hosts that servers will need, without waiting for them.'),
    hosts: z
      .array(
        text().regex(HOST, 'expected a host, such as "api.github.com" or "localhost:8080"'),
        'expected an array of host names',
      )
      .default([])
      .describe(
        'Hosts that are looked up beside those of the package registries; `localhost:PORT` is tried on both of its addresses.',
      ),
    proxy: oneOf('auto', 'off')
      .default('auto')
      .describe('Whether the proxy of the system is handed on to servers, and leads to remote ones.'),
    certificates: oneOf('auto', 'off')
      .default('auto')
      .describe('Whether authorities that were added to the system are handed on to servers.'),
    sockets: yesNo().default(true).describe('Looks at ports and sockets with each health check.'),
  },
  'Network settings, and for all servers those that do not set them themselves.',
);

/** `holdfast: {…}` of one server. */
export const serverOptionsSchema = z
  .strictObject(
    {
      restart: restartSchema,
      startup: startupSchema,
      health: healthSchema,
      stop: stopSchema,
      replay: oneOf('safe', 'never')
        .default('safe')
        .describe('Whether calls that are safe to repeat are repeated after a restart.'),
      replays: whole(0).default(1).describe('How often one call is repeated at most.'),
      holdMs: milliseconds(0).default(30_000).describe('How long a call waits at most for a server that is down.'),
      callTimeoutMs: milliseconds(0).default(600_000).describe('A call that takes longer is ended. 0: none is.'),
      dependsOn: z
        .array(filledText(), 'expected an array of server names')
        .default([])
        .describe('Servers that must be ready before this one is started.'),
      inheritEnv: yesNo().default(false).describe('Passes on the whole environment instead of the allow-list.'),
      priority: oneOf('idle', 'belowNormal', 'normal', 'aboveNormal', 'high')
        .default('normal')
        .describe('Priority of its processes.'),
      start: oneOf('eager', 'onDemand').default('eager').describe('Started with the manager, or by its first call.'),
      launch: oneOf('auto', 'direct', 'as-written')
        .default('auto')
        .describe('Whether an installed npm package is started by `node` itself instead of by `npx`.'),
      maxMessageBytes: whole(1, MAX_STRING_LENGTH)
        .default(67_108_864)
        .describe('Longest message that is read from the server.'),
      maxQueue: whole(0).default(256).describe('Calls that may wait for the server; more are rejected.'),
      maxInstances: whole(1)
        .default(100)
        .describe('Processes that its clients may need at the same time; calls that need one more are rejected.'),
      sharing: oneOf('shared', 'perClient').default('shared').describe('One process for all clients, or one for each.'),
      tools: toolsSchema,
      limits: limitsSchema,
      network: networkSchema,
      idleStopMs: milliseconds(0)
        .default(0)
        .describe('Stopped after so long without a call, until the next one. 0: never.'),
      maxAgeMs: milliseconds(0).default(0).describe('Started afresh, between calls, when older. 0: never.'),
    },
    'expected an object',
  )
  .describe('How Holdfast looks after this server.')
  .meta({ id: 'serverOptions' });

/** `holdfast.defaults`: the same for all servers, but for `dependsOn`, with which every server would wait for itself. */
export const defaultsSchema = serverOptionsSchema
  .omit({ dependsOn: true })
  .describe('Options for all servers that do not set them themselves.')
  .meta({ id: 'defaults' });

/** The HTTP endpoint, and what it bears. */
export const gatewaySchema = section(
  {
    host: filledText().default('127.0.0.1').describe('Address to listen on.'),
    port: whole(0, 65_535).default(4653).describe('Port to listen on; 0 picks a free one.'),
    hosts: texts()
      .default([])
      .describe('Further names, with or without a port, by which clients may address it (`Host`, `Origin`).'),
    maxBodyBytes: whole(1, MAX_STRING_LENGTH).default(67_108_864).describe('Longest body of a request.'),
    bufferBytes: whole(1)
      .default(268_435_456)
      .describe('What the bodies of all requests together may take, and as much again what is kept for clients.'),
    maxSessions: whole(1).default(1_000).describe('Sessions at the same time; more are refused.'),
    idleSessionMs: milliseconds(1).default(1_800_000).describe('A session that is not used for so long is ended.'),
    maxHeaderBytes: whole(1_024, 1_048_576).default(16_384).describe('Longest header of a request.'),
    headersMs: milliseconds(1).default(10_000).describe('Time for the headers of a request to arrive.'),
    requestMs: milliseconds(1).default(120_000).describe('Time for a whole request to arrive.'),
    bodyIdleMs: milliseconds(1).default(15_000).describe('A body of which nothing arrives for so long is given up.'),
    maxConnections: whole(1).default(4_096).describe('Connections at the same time; more are closed.'),
  },
  'The HTTP endpoint.',
);

/** What is told to other programs. */
export const telemetrySchema = section(
  {
    otel: yesNo().default(false).describe('Hands spans and metrics to the OpenTelemetry SDK of its process.'),
  },
  'What is told to other programs.',
);

export const logsSchema = section(
  {
    level: oneOf('error', 'warn', 'info', 'debug')
      .default('debug')
      .describe('Graver lines and those of this level are written; what servers write to stderr is `debug`.'),
    protocol: yesNo().default(false).describe('Writes a line for each call, too.'),
    maxFileMb: whole(1, 1_024)
      .default(10)
      .describe('A file that is longer, in MiB, is put aside, and a new one begun.'),
    files: whole(1, 100).default(5).describe('Files that are kept of each server, the one in use among them.'),
    maxTotalMb: whole(1).default(500).describe('All files together, in MiB; the oldest that were put aside go first.'),
  },
  'The log files.',
);

/** The top-level `holdfast: {…}`. */
export const holdfastSchema = z
  .strictObject(
    {
      defaults: defaultsSchema.optional(),
      concurrentStarts: whole(1)
        .optional()
        .describe('Servers that are started at the same time. Default: the number of cores, but at least 2.'),
      priority: oneOf('idle', 'belowNormal', 'normal', 'aboveNormal', 'high')
        .optional()
        .describe('Priority of Holdfast itself, where it is no part of another program. Servers keep their own.'),
      network: holdfastNetworkSchema,
      gateway: gatewaySchema,
      telemetry: telemetrySchema,
      logs: logsSchema,
    },
    'expected an object',
  )
  .describe('Settings of Holdfast itself.');

/** One entry of `mcpServers`, as the common clients write it. */
export const serverSchema = z
  .looseObject(
    {
      command: text()
        .regex(/\S/, 'expected a string that is not blank')
        .optional()
        .describe('The program to start; its arguments go into `args`.'),
      args: texts().optional().describe('Arguments of the program, one string each.'),
      env: z
        .record(
          z.string().regex(/^[^=\0]+$/, 'expected a name without "=" and NUL characters'),
          z.union([text(), z.number(), z.boolean(), z.null()], 'expected a string').optional(),
          'expected an object',
        )
        .optional()
        .describe('Environment variables; `null` leaves one out.'),
      envFile: filledText().optional().describe('File with lines `NAME=value`; `env` wins over it.'),
      cwd: filledText().optional().describe('Working folder, relative to the folder of this file.'),
      disabled: yesNo().optional().describe('`true` leaves the server out.'),
      enabled: yesNo().optional().describe('`false` leaves the server out.'),
      type: z.string('expected a string').optional().describe('`stdio` where there is a `command`, else `http`.'),
      url: filledText().optional().describe('Address of a remote server (Streamable HTTP), in place of `command`.'),
      headers: z
        .record(z.string(), text(), 'expected an object')
        .optional()
        .describe('HTTP headers for a remote server.'),
      holdfast: serverOptionsSchema.optional(),
    },
    'expected an object',
  )
  .meta({ id: 'server' });

const servers = z.record(z.string(), serverSchema, 'expected an object');

/** The whole file. Foreign keys are open at both outer levels, so that any client's file is one. */
export const fileSchema = z.looseObject(
  {
    $schema: z.string().optional().describe('Where editors find this schema.'),
    mcpServers: servers.optional().describe('The servers, by name.'),
    servers: servers.optional().describe('The same under the key of VS Code; read where `mcpServers` is absent.'),
    holdfast: holdfastSchema.optional(),
  },
  'expected an object',
);
