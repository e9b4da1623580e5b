import * as z from 'zod';
import { fileSchema } from './schema.ts';

/** The JSON Schema (draft 7, which every editor reads) of the file as it is written, with defaults and descriptions. */
export function jsonSchema(): object {
  const schema = z.toJSONSchema(fileSchema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema: part }) => {
      // A section's own default says nothing: those of its keys do.
      if (part.type === 'object') delete part.default;
    },
  });
  return { title: 'Holdfast configuration', ...schema };
}
