import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '../errors/config-error.ts';
import { check, show } from './check.ts';
import { type Context, contextOfFile, contextOfFolder, type Environment, type Surroundings } from './context.ts';
import { checkDependencies } from './dependencies.ts';
import { warnOfTopLevelKeys } from './foreign.ts';
import { isObject } from './is-object.ts';
import { checkTogether, defaultsOf } from './options.ts';
import { createReport, inOrder, type Report } from './report.ts';
import { gatewaySchema, holdfastNetworkSchema, holdfastSchema, logsSchema, telemetrySchema } from './schema.ts';
import { readServer } from './servers.ts';
import { type Source, sourceOfObject, sourceOfText } from './source.ts';
import type { Config, Priority, ServerConfig } from './types.ts';

/**
 * Reads a configuration file: our own, or any client's that has `mcpServers` (or `servers`, as VS Code has).
 * @param env where `${VAR}` is looked up
 * @param home of `${userHome}`; default: of whoever runs this
 * @throws ConfigError with every mistake at once, or where the file cannot be read
 */
export async function loadConfig(file: string, env: Environment, home?: string): Promise<Config> {
  const path = resolve(file);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw unreadable(path, `cannot read the file (${describe(error)})`, error);
  }
  let text: string;
  try {
    // PowerShell's ">" writes UTF-16; its byte order mark tells.
    const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
    text = new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw unreadable(path, 'expected text in UTF-8', error);
  }
  return parseConfig(text, { file: path, env, home });
}

/**
 * The same for a text that is at hand. Of the disk it asks only for an `envFile` and whether a command with spaces is a
 * file; `context.disk` stands in for that. Relative paths are relative to the folder of `context.file`.
 * @throws ConfigError with every mistake at once
 */
export function parseConfig(text: string, context: Surroundings & { readonly file: string }): Config {
  const filled = contextOfFile(context.file, context);
  return build(sourceOfText(text, context.file), filled);
}

/**
 * The same for an object of the caller's program, which is not changed. Mistakes are told with their key, at line 1,
 * column 1. Relative paths are relative to `context.cwd`.
 * @throws ConfigError with every mistake at once
 */
export function configFromObject(value: unknown, context: Surroundings & { readonly cwd: string }): Config {
  return build(sourceOfObject(value), contextOfFolder(context.cwd, context));
}

function build(source: Source, context: Context): Config {
  const report = createReport(source);
  const config = read(source, context, report);
  const issues = [...report.issues()];
  for (const other of source.others) {
    const again = createReport(other);
    read(other, context, again);
    issues.push(...again.issues().filter(issue => !issues.some(known => isDeepStrictEqual(known, issue))));
  }
  if (issues.length > 0 || config === null) throw new ConfigError(inOrder(issues));
  return { ...config, warnings: report.warnings() };
}

/** Null for what is no configuration at all; the report says what is wrong. */
function read(source: Source, context: Context, report: Report): Omit<Config, 'warnings'> | null {
  const root = source.value;
  if (!isObject(root)) {
    report.error([], `expected an object, got ${show(root, [])}`);
    return null;
  }
  const serversKey = root.mcpServers === undefined && root.servers !== undefined ? 'servers' : 'mcpServers';
  warnOfTopLevelKeys(root, serversKey, report);
  const settings = readSettings(root.holdfast, report);
  const { servers, disabled } = readServers(source, root[serversKey], serversKey, context, settings, report);
  return {
    file: context.file,
    gateway: settings.gateway,
    telemetry: settings.telemetry,
    servers,
    disabled,
    concurrentStarts: settings.concurrentStarts ?? Math.max(2, context.cores),
    priority: settings.priority,
    network: settings.network,
    logs: settings.logs,
  };
}

interface Settings {
  /** As they stand in the file. */
  readonly defaults: unknown;
  readonly concurrentStarts: number | undefined;
  readonly priority: Priority;
  readonly network: Config['network'];
  readonly gateway: Config['gateway'];
  readonly telemetry: Config['telemetry'];
  readonly logs: Config['logs'];
}

function readSettings(raw: unknown, report: Report): Settings {
  const network = holdfastNetworkSchema.parse(undefined);
  const gateway = gatewaySchema.parse(undefined);
  const telemetry = telemetrySchema.parse(undefined);
  const logs = logsSchema.parse(undefined);
  if (raw === undefined) {
    const unset = { defaults: undefined, concurrentStarts: undefined, priority: 'normal' } as const;
    return { ...unset, network, gateway, telemetry, logs };
  }
  const checked = check(holdfastSchema, raw, ['holdfast'], report);
  const defaults = isObject(raw) ? raw.defaults : undefined;
  checkTogether(defaults, undefined, ['holdfast', 'defaults'], report);
  return {
    defaults: defaultsOf(raw),
    concurrentStarts: checked?.concurrentStarts,
    priority: checked?.priority ?? 'normal',
    network: checked?.network ?? network,
    gateway: checked?.gateway ?? gateway,
    telemetry: checked?.telemetry ?? telemetry,
    logs: checked?.logs ?? logs,
  };
}

function readServers(
  source: Source,
  entries: unknown,
  serversKey: string,
  context: Context,
  { defaults }: Settings,
  report: Report,
): Pick<Config, 'servers' | 'disabled'> {
  const servers: ServerConfig[] = [];
  const disabled: string[] = [];
  if (entries === undefined) return { servers, disabled };
  if (!isObject(entries)) {
    report.error([serversKey], `expected an object of servers by name, got ${show(entries, [])}`);
    return { servers, disabled };
  }
  for (const [name, raw] of Object.entries(entries)) {
    const result = readServer(name, raw, [serversKey, name], { source, context, defaults, report });
    if (result.kind === 'server') servers.push(result.server);
    else if (result.kind === 'disabled') disabled.push(name);
  }
  const dependents = Object.entries(entries).map(([name, raw]) => ({
    name,
    dependsOn: dependsOnOf(raw),
    path: [serversKey, name, 'holdfast', 'dependsOn'],
  }));
  checkDependencies(dependents, Object.keys(entries), report);
  // JavaScript puts keys such as "1" before all others; the places know the file's order.
  servers.sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  return { servers: servers.map(server => withoutAbsent(server, servers, serversKey, report)), disabled };
}

/** Also of an entry with other mistakes, so that all are told at once. */
function dependsOnOf(raw: unknown): readonly string[] {
  const options = isObject(raw) && isObject(raw.holdfast) ? raw.holdfast : {};
  const names: readonly unknown[] = Array.isArray(options.dependsOn) ? options.dependsOn : [];
  return names.map(name => (typeof name === 'string' ? name : ''));
}

/** To wait for a server that is switched off would be to wait for ever. */
function withoutAbsent(
  server: ServerConfig,
  running: readonly ServerConfig[],
  serversKey: string,
  report: Report,
): ServerConfig {
  const names = new Set(running.map(({ name }) => name));
  const { dependsOn } = server.options;
  if (dependsOn.every(name => names.has(name))) return server;
  for (const [index, name] of dependsOn.entries()) {
    if (names.has(name)) continue;
    const path = [serversKey, server.name, 'holdfast', 'dependsOn', index];
    report.warn(path, `${JSON.stringify(name)} is left out itself, so this server does not wait for it`, 'value');
  }
  return { ...server, options: { ...server.options, dependsOn: dependsOn.filter(name => names.has(name)) } };
}

function unreadable(file: string, message: string, cause: unknown): ConfigError {
  return new ConfigError([{ file, line: null, column: null, key: '', message }], { cause });
}

function describe(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'not permitted';
  if (code === 'EISDIR') return 'it is a folder';
  return code ?? String(error);
}
