import { capital } from './format.ts';

interface OfField {
  /** As it stands in the arguments; empty for the whole and for the items of a list. */
  readonly key: string;
  readonly label: string;
  readonly description: string | null;
  readonly isRequired: boolean;
  /** `default`; undefined where there is none. */
  readonly fallback: unknown;
}

export type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'null';

/** One part of a form: what is asked for, and within which bounds. */
export type Field = OfField &
  (
    | {
        readonly kind: 'text';
        readonly minLength: number;
        readonly maxLength: number;
        readonly pattern: string | null;
        readonly format: string | null;
      }
    | { readonly kind: 'number'; readonly isInteger: boolean; readonly min: Bound | null; readonly max: Bound | null }
    | { readonly kind: 'boolean' }
    | { readonly kind: 'choice'; readonly options: readonly { readonly label: string; readonly value: unknown }[] }
    | { readonly kind: 'list'; readonly item: Field; readonly min: number; readonly max: number }
    | { readonly kind: 'group'; readonly fields: readonly Field[] }
    /** Anything that has no form: written as JSON. Empty `types`: any. */
    | { readonly kind: 'json'; readonly types: readonly JsonType[] }
  );

export interface Bound {
  readonly value: number;
  readonly isExclusive: boolean;
}

export type GroupField = Extract<Field, { kind: 'group' }>;

type Schema = Readonly<Record<string, unknown>>;

/** Deeper, and where a schema refers to itself, JSON is easier to write than a form is to find one's way in. */
const MAX_DEPTH = 4;

/** The form of a tool's arguments; null where its schema is no object with properties, and JSON is all that is left. */
export function formOf(inputSchema: unknown): GroupField | null {
  if (!isObject(inputSchema)) return null;
  const field = fieldOf({ key: '', label: 'Arguments', isRequired: true }, inputSchema, {
    root: inputSchema,
    depth: 0,
  });
  return field.kind === 'group' ? field : null;
}

interface Place {
  readonly root: Schema;
  readonly depth: number;
}

type Head = Pick<OfField, 'key' | 'label' | 'isRequired'>;

function fieldOf(head: Head, given: unknown, place: Place): Field {
  const schema = resolved(given, place.root);
  const { description, title } = schema;
  const base: OfField = {
    ...head,
    label: typeof title === 'string' && title !== '' ? title : head.label,
    description: typeof description === 'string' && description !== '' ? description : null,
    fallback: schema.default,
  };
  const options = optionsOf(schema);
  if (options !== null) return { ...base, kind: 'choice', options };
  const types = typesOf(schema);
  const json: Field = { ...base, kind: 'json', types };
  // What may be null may also be left out, as far as a form can say it.
  const named = types.filter(type => type !== 'null');
  if (named.length !== 1 || isCombined(schema)) return json;
  switch (named[0]) {
    case 'string':
      return { ...base, kind: 'text', ...textBounds(schema) };
    case 'number':
    case 'integer':
      return {
        ...base,
        kind: 'number',
        isInteger: named[0] === 'integer',
        min: boundOf(schema.minimum, schema.exclusiveMinimum),
        max: boundOf(schema.maximum, schema.exclusiveMaximum),
      };
    case 'boolean':
      return { ...base, kind: 'boolean' };
    case 'array':
      return listOf(base, schema, place) ?? json;
    case 'object':
      return groupOf(base, schema, place) ?? json;
    default:
      return json;
  }
}

function groupOf(base: OfField, schema: Schema, { root, depth }: Place): Field | null {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const isOpen = schema.additionalProperties !== undefined && schema.additionalProperties !== false;
  // At the top, no properties means no arguments; below, it means any.
  if (Object.keys(properties).length === 0 && (depth > 0 || isOpen)) return null;
  if (depth >= MAX_DEPTH) return null;
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const fields = Object.entries(properties).map(([key, property]) =>
    fieldOf({ key, label: key, isRequired: required.includes(key) }, property, { root, depth: depth + 1 }),
  );
  return { ...base, kind: 'group', fields };
}

function listOf(base: OfField, schema: Schema, { root, depth }: Place): Field | null {
  const { items, prefixItems, minItems, maxItems } = schema;
  if (!isObject(items) || prefixItems !== undefined || depth >= MAX_DEPTH) return null;
  const item = fieldOf({ key: '', label: 'Item', isRequired: true }, items, { root, depth: depth + 1 });
  return { ...base, kind: 'list', item, min: numberOr(minItems, 0), max: numberOr(maxItems, Number.POSITIVE_INFINITY) };
}

/** What a schema refers to; `anyOf: [X, null]` is X. */
function resolved(given: unknown, root: Schema): Schema {
  let schema: Schema = isObject(given) ? given : {};
  for (let hops = 0; hops < 8; hops += 1) {
    const next: unknown = typeof schema.$ref === 'string' ? pointedAt(schema.$ref, root) : onlyOne(schema);
    if (!isObject(next)) return schema;
    const { $ref: _, anyOf: __, oneOf: ___, ...own } = schema;
    schema = { ...next, ...own };
  }
  return schema;
}

function pointedAt(reference: string, root: Schema): unknown {
  if (!reference.startsWith('#/')) return undefined;
  const parts = reference
    .slice(2)
    .split('/')
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.reduce<unknown>((at, part) => (isObject(at) ? at[part] : undefined), root);
}

function onlyOne({ anyOf, oneOf }: Schema): unknown {
  const either = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
  const real = either.filter(one => !isObject(one) || one.type !== 'null');
  return real.length === 1 && either.length === 2 ? real[0] : undefined;
}

/** `enum`, `const`, or a choice between constants. */
function optionsOf(schema: Schema): readonly { label: string; value: unknown }[] | null {
  if (Array.isArray(schema.enum)) {
    const labels = Array.isArray(schema.enumNames) ? schema.enumNames : [];
    return schema.enum.map((value, index) => ({ label: nameOf(labels[index], value), value: value as unknown }));
  }
  if ('const' in schema) return [{ label: nameOf(undefined, schema.const), value: schema.const }];
  const either = [schema.oneOf, schema.anyOf].find(Array.isArray);
  if (!either?.every(one => isObject(one) && 'const' in one)) return null;
  return either.map((one: Schema) => ({ label: nameOf(one.title, one.const), value: one.const }));
}

const nameOf = (label: unknown, value: unknown): string =>
  typeof label === 'string' ? label : typeof value === 'string' ? value : JSON.stringify(value);

function typesOf({ type, properties, items }: Schema): readonly JsonType[] {
  if (typeof type === 'string') return [type as JsonType];
  if (Array.isArray(type)) return type as JsonType[];
  return isObject(properties) ? ['object'] : items === undefined ? [] : ['array'];
}

const isCombined = (schema: Schema): boolean => ['allOf', 'anyOf', 'oneOf', 'not', 'if'].some(key => key in schema);

function textBounds({ minLength, maxLength, pattern, format }: Schema) {
  return {
    minLength: numberOr(minLength, 0),
    maxLength: numberOr(maxLength, Number.POSITIVE_INFINITY),
    pattern: typeof pattern === 'string' ? pattern : null,
    format: typeof format === 'string' ? format : null,
  };
}

function boundOf(inclusive: unknown, exclusive: unknown): Bound | null {
  if (typeof exclusive === 'number') return { value: exclusive, isExclusive: true };
  return typeof inclusive === 'number' ? { value: inclusive, isExclusive: exclusive === true } : null;
}

const numberOr = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a field takes, in a few words: `integer, 1 to 10, default 5`. */
export function takes(field: Field): string {
  const parts = [kindWords(field), ...boundWords(field)];
  if (field.fallback !== undefined) parts.push(`default ${JSON.stringify(field.fallback)}`);
  return capital(parts.join(', '));
}

function kindWords(field: Field): string {
  switch (field.kind) {
    case 'text':
      return field.format === null ? 'text' : `text (${field.format})`;
    case 'number':
      return field.isInteger ? 'whole number' : 'number';
    case 'boolean':
      return 'yes or no';
    case 'choice':
      return `one of ${field.options.length}`;
    case 'list':
      return 'list';
    case 'group':
      return 'object';
    case 'json':
      return field.types.length === 0 ? 'any JSON' : `JSON: ${field.types.join(' or ')}`;
  }
}

function boundWords(field: Field): string[] {
  if (field.kind === 'number') {
    const { min, max } = field;
    return [
      ...(min === null ? [] : [`${min.isExclusive ? 'more than' : 'at least'} ${min.value}`]),
      ...(max === null ? [] : [`${max.isExclusive ? 'less than' : 'at most'} ${max.value}`]),
    ];
  }
  const [min, max, noun] =
    field.kind === 'text'
      ? [field.minLength, field.maxLength, 'characters']
      : field.kind === 'list'
        ? [field.min, field.max, 'items']
        : [0, Number.POSITIVE_INFINITY, ''];
  return [
    ...(min > 0 ? [`at least ${min} ${noun}`] : []),
    ...(Number.isFinite(max) ? [`at most ${max} ${noun}`] : []),
    ...(field.kind === 'text' && field.pattern !== null ? [`matching ${field.pattern}`] : []),
  ];
}
