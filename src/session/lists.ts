import { HoldfastError } from '../errors/holdfast-error.ts';
import { type Item, itemsOf, LISTS, type ListKind } from './catalogue.ts';
import type { ResponseEnvelope } from './json-text.ts';
import { serverErrorOf } from './server-error.ts';
import type { Upstream } from './upstream.ts';

/** More pages than this are a server that never comes to an end. */
export const MAX_PAGES = 1_000;
/** JSON-RPC: the server does not know the method. */
const METHOD_NOT_FOUND = -32601;

/**
 * Reads a whole list, page by page. A server that does not know the method has an empty one.
 *
 * @throws HoldfastError TOOL_LIST_FAILED when the server answers with an error or without an end.
 */
export async function fetchList(
  upstream: Pick<Upstream, 'ask'>,
  kind: ListKind,
  onPage: () => void = () => {},
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer: ResponseEnvelope = await upstream.ask(LISTS[kind].method, cursor === null ? {} : { cursor });
    if (answer.error !== null) {
      const { code, message } = serverErrorOf(answer.value.error);
      if (code === METHOD_NOT_FOUND) return [];
      throw failed(kind, `it answered ${code ?? 'an error'}: ${message ?? 'without a word'}`);
    }
    // One by one: a page may have more items than a call can have arguments.
    for (const item of itemsOf(kind, answer.text)) items.push(item);
    const next: unknown = (answer.value.result as { nextCursor?: unknown } | null)?.nextCursor;
    if (typeof next !== 'string' || next === '') return items;
    if (next === cursor) throw failed(kind, 'it gave the same cursor twice');
    cursor = next;
    onPage();
  }
  throw failed(kind, `it gave more than ${MAX_PAGES} pages`);
}

const failed = (kind: ListKind, why: string) => new HoldfastError('TOOL_LIST_FAILED', { details: { kind, why } });
