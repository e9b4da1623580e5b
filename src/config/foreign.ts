import { nearest } from '../errors/nearest.ts';
import { knownKeys, optionPath } from './check.ts';
import { isObject } from './is-object.ts';
import type { Report } from './report.ts';
import { serverSchema } from './schema.ts';
import type { KeyPath } from './source.ts';

/** Keys that other clients put into an entry and that are nothing to us: no warning. */
const harmless = new Set([
  ...['alwaysAllow', 'autoApprove', 'autoStart', 'trust', 'disabledTools', 'enabledTools', 'includeTools'],
  ...['excludeTools', 'tools', 'timeout', 'initTimeout', 'networkTimeout', 'requestTimeout', 'name', 'description'],
  ...['title', 'version', 'icon', 'iconPath', 'gallery', 'dev', 'sandbox', 'sandboxEnabled', 'transport'],
  ...['transportType', 'serverUrl', 'httpUrl', 'auth', 'oauth', 'authProviderType', 'headersHelper', 'required'],
  ...['metadata', 'comment', 'notes', 'targetServiceAccount', 'targetAudience', 'protocolEra', 'roots'],
]);

/** What some clients call the same thing: too far from our word to be found as a misspelling. */
const synonyms: Readonly<Record<string, string>> = {
  cmd: 'command',
  executable: 'command',
  arguments: 'args',
  environment: 'env',
  envs: 'env',
  workingDirectory: 'cwd',
  directory: 'cwd',
  uri: 'url',
};

/** Our word for a key of an entry that is not ours. */
export function entryKeyFor(key: string): string | undefined {
  return Object.hasOwn(synonyms, key) ? synonyms[key] : nearest(key, knownKeys(serverSchema));
}

export function isForeignEntryKey(key: string): boolean {
  return !knownKeys(serverSchema).includes(key) && !harmless.has(key) && !/^[_$/#]/.test(key);
}

/** Warns of keys of an entry that nobody knows. */
export function warnOfEntryKeys(entry: Readonly<Record<string, unknown>>, path: KeyPath, report: Report): void {
  for (const key of Object.keys(entry).filter(isForeignEntryKey)) {
    const option = optionPath(key);
    const ours = entryKeyFor(key);
    if (option !== undefined) report.warn([...path, key], `unknown key: did you mean "holdfast.${option}"?`);
    else if (ours !== undefined && entry[ours] === undefined)
      report.warn([...path, key], `unknown key: did you mean "${ours}"?`);
    else report.warn([...path, key], 'unknown key: it has no effect');
  }
}

/** A client's file holds dozens of keys that are not ours; only what looks like one of ours gets a warning. */
export function warnOfTopLevelKeys(root: Readonly<Record<string, unknown>>, serversKey: string, report: Report): void {
  const ours = ['mcpServers', 'holdfast'];
  for (const key of Object.keys(root)) {
    if (ours.includes(key) || key === serversKey) continue;
    if (key === 'servers') {
      if (looksLikeServers(root.servers)) report.warn([key], '"servers" is not read, because "mcpServers" is there');
      continue;
    }
    const close = nearest(key.replaceAll(/[-_ ]/g, ''), ours);
    if (close !== undefined) report.warn([key], `unknown key: did you mean "${close}"?`);
  }
  const entries = root[serversKey];
  if (entries === undefined) report.warn([], 'no servers: expected them under "mcpServers"');
  else if (isObject(entries) && Object.keys(entries).length === 0) report.warn([serversKey], 'no servers: it is empty');
}

function looksLikeServers(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.values(value).some(entry => isObject(entry) && (entry.command !== undefined || entry.url !== undefined))
  );
}
