import * as z from 'zod';
import { nearest } from '../errors/nearest.ts';
import type { Report } from './report.ts';
import { defaultsSchema, serverOptionsSchema } from './schema.ts';
import type { KeyPath } from './source.ts';

/** The checked value, or `undefined` after every mistake has been put into the report. */
export function check<S extends z.ZodType>(schema: S, value: unknown, path: KeyPath, report: Report) {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data as z.output<S>;
  const told = new Set<string>();
  for (const issue of result.error.issues) {
    const inner = issue.path.map(part => (typeof part === 'number' ? part : String(part)));
    const place = [...path, ...inner];
    if (issue.code === 'unrecognized_keys') {
      const owner = schemaAt(schema, inner);
      for (const key of issue.keys) report.error([...place, key], unknownOption(key, owner), 'key');
      continue;
    }
    const isKey = issue.code === 'invalid_key';
    const expected = isKey ? (issue.issues[0]?.message ?? issue.message) : issue.message;
    const message = `${expected}, got ${isKey ? JSON.stringify(inner.at(-1)) : show(issue.input, place)}`;
    // One wrong value can miss several checks of the same kind (-1.5 is neither whole nor at least 0).
    if (told.has(JSON.stringify([place, message]))) continue;
    told.add(JSON.stringify([place, message]));
    report.error(place, message, isKey ? 'key' : 'value');
  }
  return undefined;
}

/** The keys that an object schema knows. */
export function knownKeys(schema: z.ZodType): readonly string[] {
  const bare = unwrap(schema);
  return bare instanceof z.ZodObject ? Object.keys(bare.shape) : [];
}

/** Where an option of this name lives within `holdfast: {…}` of a server, such as `restart.retries`. */
export function optionPath(key: string): string | undefined {
  return optionPaths.get(key);
}

const optionPaths = new Map<string, string>();
for (const [name, section] of Object.entries(serverOptionsSchema.shape)) {
  for (const key of knownKeys(section)) optionPaths.set(key, `${name}.${key}`);
}
for (const name of Object.keys(serverOptionsSchema.shape)) optionPaths.set(name, name);

function unknownOption(key: string, owner: z.ZodType): string {
  if (owner === defaultsSchema && key === 'dependsOn') return 'unknown key: "dependsOn" is set for single servers only';
  const close = nearest(key, knownKeys(owner));
  if (close !== undefined) return `unknown key: did you mean "${close}"?`;
  const isOptions = owner === serverOptionsSchema || owner === defaultsSchema;
  const deeper = isOptions ? nearest(key, optionPaths.keys()) : undefined;
  if (deeper !== undefined) return `unknown key: did you mean "${optionPath(deeper)}"?`;
  return `unknown key: expected one of ${knownKeys(owner).join(', ')}`;
}

function schemaAt(schema: z.ZodType, path: KeyPath): z.ZodType {
  let here = unwrap(schema);
  for (const part of path) {
    if (here instanceof z.ZodObject) here = unwrap(here.shape[part] ?? z.unknown());
    else if (here instanceof z.ZodRecord) here = unwrap(here.valueType as z.ZodType);
    else if (here instanceof z.ZodArray) here = unwrap(here.element as z.ZodType);
  }
  return here;
}

function unwrap(schema: z.ZodType): z.ZodType {
  let here = schema;
  while (here instanceof z.ZodOptional || here instanceof z.ZodDefault || here instanceof z.ZodPrefault) {
    here = here.unwrap() as z.ZodType;
  }
  return here;
}

/** What was found, for the end of a message. Text is quoted only within `holdfast`, since arguments, variables and headers may hold secrets. */
export function show(value: unknown, path: KeyPath): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value !== 'string') return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
  if (value === '') return 'an empty string';
  if (!path.includes('holdfast')) return 'a string';
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
}
