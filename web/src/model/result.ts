import { bytes } from './format.ts';
import { isObject } from './schema.ts';

/** A piece of what a tool answered, as it can be shown. */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly caption: string | null }
  | { readonly kind: 'image'; readonly source: string; readonly caption: string }
  | { readonly kind: 'facts'; readonly caption: string };

export interface ToolResult {
  readonly isError: boolean;
  readonly parts: readonly Part[];
  /** Pretty JSON; null where there is none. */
  readonly structured: string | null;
  readonly raw: string;
}

/** What browsers draw; anything else is told of, not tried. */
const IMAGE = /^image\/(png|jpeg|gif|webp|avif|bmp|svg\+xml)$/;

/** Whatever a tool answered, never taken on trust: only text is shown as text, and only known images as images. */
export function readResult(result: unknown): ToolResult {
  const { content, structuredContent, isError } = isObject(result) ? result : {};
  const structured = structuredContent === undefined ? null : JSON.stringify(structuredContent, null, 2);
  const parts = Array.isArray(content) ? content.map(partOf) : [];
  return {
    isError: isError === true,
    // Servers say structured content as text, too, for clients that know no better.
    parts: parts.filter(part => part.kind !== 'text' || part.text !== structured),
    structured,
    raw: JSON.stringify(result, null, 2) ?? 'nothing',
  };
}

function partOf(item: unknown): Part {
  if (!isObject(item)) return { kind: 'text', text: JSON.stringify(item), caption: 'content of no kind' };
  const { type, text, data, mimeType, uri, name, resource } = item;
  if (type === 'text' && typeof text === 'string') return { kind: 'text', text: readable(text), caption: null };
  if (type === 'image' && typeof data === 'string' && typeof mimeType === 'string' && IMAGE.test(mimeType)) {
    return { kind: 'image', source: `data:${mimeType};base64,${data}`, caption: words(mimeType, sizeOf(data)) };
  }
  if (type === 'resource' && isObject(resource)) {
    const caption = words('resource', resource.mimeType, resource.uri);
    if (typeof resource.text === 'string') return { kind: 'text', text: readable(resource.text), caption };
    return { kind: 'facts', caption: words(caption, sizeOf(resource.blob)) };
  }
  if (type === 'resource_link') return { kind: 'facts', caption: words('link', name, mimeType, uri) };
  return { kind: 'facts', caption: words(type ?? 'content of no kind', mimeType, sizeOf(data)) };
}

/** JSON in one line is spread out; anything else stays as it is. */
function readable(text: string): string {
  if (!/^\s*[[{]/.test(text) || text.includes('\n')) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

const words = (...parts: readonly unknown[]): string =>
  parts.filter(part => typeof part === 'string' && part !== '').join(', ');

/** Of base64. */
function sizeOf(data: unknown): string {
  return typeof data === 'string' ? bytes(Math.floor((data.replace(/=+$/, '').length * 3) / 4)) : '';
}
