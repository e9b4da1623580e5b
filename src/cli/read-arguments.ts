import { getNodeValue } from 'jsonc-parser';
import { isObject } from '../config/is-object.ts';
import { parseSyntax } from '../config/syntax.ts';
import { UsageError } from './usage-error.ts';

const EXAMPLE = `write an object such as '{"path": "notes.txt"}'; "-" reads it from stdin`;

/**
 * Reads a tool's arguments: a JSON object; comments and trailing commas are forgiven, nothing at all is no arguments.
 *
 * @throws UsageError with line and column
 */
export function readArguments(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  const value = parse(text.replace(/^\ufeff/, ''));
  if (isObject(value)) return value;
  const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  throw new UsageError(`the arguments must be a JSON object, got ${kind}`, EXAMPLE);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The words and places of JSON.parse differ between versions of Node.
    const { root, faults } = parseSyntax(text);
    const [fault] = faults;
    if (fault === undefined && root !== undefined) return getNodeValue(root);
    const { offset, message } = fault ?? { offset: 0, message: 'expected an object' };
    const before = text.slice(0, offset).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw new UsageError(
      `the arguments are no JSON: ${place}: ${message.replace('the end of the file', 'the end')}`,
      EXAMPLE,
    );
  }
}
