import * as z from 'zod';
import { jsonSchema } from '../../src/config/json-schema.ts';
import { holdfastSchema } from '../../src/config/schema.ts';

interface Part {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly default?: unknown;
  readonly description?: string;
  readonly enum?: readonly string[];
}

export interface Tables {
  readonly server: readonly string[];
  readonly top: readonly string[];
}

/** The rows that the tables of docs/config.md have to hold, from the schema itself. */
export function optionTables(): Tables {
  return {
    server: rows(serverOptions(), ''),
    top: rows(z.toJSONSchema(holdfastSchema.omit({ defaults: true }), { io: 'input' }) as Part, ''),
  };
}

function serverOptions(): Part {
  const { definitions } = jsonSchema() as { definitions: Readonly<Record<string, Part>> };
  return definitions.serverOptions ?? {};
}

function rows(part: Part, prefix: string): string[] {
  return Object.entries(part.properties ?? {}).flatMap(([key, inner]) => {
    if (inner.properties !== undefined) return rows(inner, `${prefix}${key}.`);
    const value = inner.default === undefined ? '' : `\`${JSON.stringify(inner.default)}\``;
    const choices = inner.enum === undefined ? '' : ` One of ${inner.enum.map(choice => `\`${choice}\``).join(', ')}.`;
    return [`| \`${prefix}${key}\` | ${value} | ${inner.description}${choices} |`];
  });
}
