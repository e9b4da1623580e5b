// Whether the headers of a call repeat what its tool wants repeated: see `ToolMarks`.

import type { IncomingHttpHeaders } from 'node:http';
import { argumentAt, type Mirrored, ToolMarks } from '../session/tool-marks.ts';
import type { StatelessBackend as Backend } from './backend.ts';
import { decodeHeader, mismatch } from './modern-headers.ts';
import type { ModernRequest, Refusal } from './modern-request.ts';

/** Null where every header says what the arguments say. */
export function wrongParams(
  mirrored: readonly Mirrored[],
  args: unknown,
  headers: IncomingHttpHeaders,
): Refusal | null {
  for (const { header, path } of mirrored) {
    if (!isEqual(decodeHeader(headers[header]), argumentAt(args, path)))
      return mismatch(header, `"arguments.${path.join('.')}" in the body`);
  }
  return null;
}

function isEqual(header: string | null | undefined, value: unknown): boolean {
  if (value === undefined || value === null) return header === undefined;
  if (header === undefined || header === null) return false;
  // 42 and 42.0 are the same number, and differ only as texts.
  if (typeof value === 'number') return header.trim() !== '' && Number(header) === value;
  return header === String(value);
}

/** What the tools of each backend mark, as its clients know it: from the lists that went to them. */
export class MarkedTools {
  readonly #marks = new WeakMap<Backend, ToolMarks>();

  /** An answer to `tools/list` has gone by. */
  learn(backend: Backend, request: ModernRequest, answer: string): void {
    const { cursor } = request.envelope.value.params as { cursor?: unknown };
    const marks = this.#marks.get(backend) ?? new ToolMarks();
    this.#marks.set(backend, marks);
    marks.learn(answer, cursor === undefined);
  }

  /** Whether the headers of a `tools/call` are as its tool wants them. */
  check(backend: Backend, { envelope }: ModernRequest, headers: IncomingHttpHeaders): Refusal | null {
    if (envelope.method !== 'tools/call') return null;
    const { name, arguments: args } = envelope.value.params as { name?: unknown; arguments?: unknown };
    return wrongParams(this.#marks.get(backend)?.of(name) ?? [], args, headers);
  }
}
