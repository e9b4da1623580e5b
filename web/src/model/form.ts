import { type Field, type GroupField, isObject, type JsonType } from './schema.ts';

/** What was typed so far: texts as they are, `''` for what was left open, a choice by its place. */
export type Draft = string | readonly Draft[] | { readonly [key: string]: Draft };

export interface FieldError {
  /** `filters.0.name`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

export type Arguments =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** What a form begins with: the defaults, and what is required open. */
export function emptyDraft(field: Field): Draft {
  return draftOf(field, field.fallback);
}

/** A value as a form shows it; what does not fit is left open. */
export function draftOf(field: Field, value: unknown): Draft {
  switch (field.kind) {
    case 'text':
      return typeof value === 'string' ? value : '';
    case 'number':
      return typeof value === 'number' ? String(value) : '';
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : '';
    case 'choice': {
      const wanted = JSON.stringify(value);
      const index = field.options.findIndex(option => JSON.stringify(option.value) === wanted);
      // Where there is one choice only, and it must be made, it is made.
      return index >= 0 ? String(index) : field.isRequired && field.options.length === 1 ? '0' : '';
    }
    case 'list':
      if (Array.isArray(value)) return value.map(item => draftOf(field.item, item));
      return field.isRequired ? Array.from({ length: field.min }, () => emptyDraft(field.item)) : [];
    case 'group': {
      const given = isObject(value) ? value : {};
      return Object.fromEntries(
        field.fields.map(part => [part.key, draftOf(part, part.key in given ? given[part.key] : part.fallback)]),
      );
    }
    case 'json':
      return value === undefined ? '' : JSON.stringify(value, null, 2);
  }
}

/** The arguments that a form stands for, or everything that is wrong with it. */
export function argumentsOf(form: GroupField, draft: Draft): Arguments {
  const errors: FieldError[] = [];
  const value = read(form, draft, '', errors);
  return errors.length > 0 ? { ok: false, errors } : { ok: true, value: isObject(value) ? value : {} };
}

/** Arguments that were written as JSON. */
export function argumentsOfJson(text: string, form: GroupField | null): Arguments {
  if (text.trim() === '') return argumentsOfJson('{}', form);
  const errors: FieldError[] = [];
  const value = parsed(text, ['object'], '', errors);
  if (errors.length > 0 || !isObject(value)) return { ok: false, errors };
  const missing = (form?.fields ?? []).filter(field => field.isRequired && !(field.key in value));
  if (missing.length === 0) return { ok: true, value };
  return { ok: false, errors: missing.map(({ key }) => ({ path: key, message: `"${key}" is required` })) };
}

/** Undefined for what is left out. */
function read(field: Field, draft: Draft, path: string, errors: FieldError[]): unknown {
  const fail = (message: string): undefined => void errors.push({ path, message });
  if (isBlank(field, draft)) {
    if (!field.isRequired) return undefined;
    if (field.kind !== 'list' && field.kind !== 'group') return fail('is required');
  }
  switch (field.kind) {
    case 'group': {
      const parts = isObject(draft) ? draft : {};
      const values = field.fields.map(
        part => [part.key, read(part, (parts[part.key] ?? '') as Draft, below(path, part.key), errors)] as const,
      );
      return Object.fromEntries(values.filter(([, value]) => value !== undefined));
    }
    case 'list': {
      const items = Array.isArray(draft) ? draft : [];
      if (items.length < field.min) return fail(`needs at least ${field.min} items`);
      if (items.length > field.max) return fail(`takes at most ${field.max} items`);
      return items.map((item, index) => read(field.item, item, below(path, String(index)), errors));
    }
    default:
      return leafOf(field, String(draft), path, errors);
  }
}

function leafOf(
  field: Exclude<Field, { kind: 'group' | 'list' }>,
  text: string,
  path: string,
  errors: FieldError[],
): unknown {
  const fail = (message: string): undefined => void errors.push({ path, message });
  switch (field.kind) {
    case 'text': {
      const { length } = text;
      if (length < field.minLength) return fail(`needs at least ${field.minLength} characters`);
      if (length > field.maxLength) return fail(`takes at most ${field.maxLength} characters, and has ${length}`);
      return field.pattern !== null && !matches(field.pattern, text) ? fail(`must match ${field.pattern}`) : text;
    }
    case 'number': {
      const value = Number(text.trim());
      if (!Number.isFinite(value)) return fail('is not a number');
      if (field.isInteger && !Number.isInteger(value)) return fail('must be a whole number');
      const { min, max } = field;
      if (min !== null && (min.isExclusive ? value <= min.value : value < min.value))
        return fail(`must be ${min.isExclusive ? 'more than' : 'at least'} ${min.value}`);
      if (max !== null && (max.isExclusive ? value >= max.value : value > max.value))
        return fail(`must be ${max.isExclusive ? 'less than' : 'at most'} ${max.value}`);
      return value;
    }
    case 'boolean':
      return text === 'true';
    case 'choice':
      return field.options[Number(text)]?.value;
    case 'json':
      return parsed(text, field.types, path, errors);
  }
}

/** Whether nothing was said; a part of a group that has its default is nothing said, either. */
function isBlank(field: Field, draft: Draft): boolean {
  switch (field.kind) {
    case 'group':
      return !isObject(draft) || field.fields.every(part => isBlank(part, (draft[part.key] ?? '') as Draft));
    case 'list':
      return !Array.isArray(draft) || draft.length === 0;
    case 'text':
      return draft === '';
    default:
      return String(draft).trim() === '';
  }
}

function parsed(text: string, types: readonly JsonType[], path: string, errors: FieldError[]): unknown {
  try {
    const value: unknown = JSON.parse(text);
    const type = typeOf(value);
    const fits = types.length === 0 || types.includes(type) || (type === 'integer' && types.includes('number'));
    if (fits) return value;
    errors.push({ path, message: `must be ${types.join(' or ')}, and is ${type}` });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    errors.push({ path, message: `is no JSON: ${error.message}` });
  }
  return undefined;
}

function typeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'boolean' || typeof value === 'string' ? (typeof value as JsonType) : 'object';
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch (error) {
    // The server's own mistake: it will judge the text itself.
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}

const below = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
