import type { CallToolResult } from '../../manager.ts';
import type { Theme } from './theme.ts';
import { count } from './units.ts';

/** What a tool answered, for people: its text as it is, everything else in one line each. */
export function renderResult(result: CallToolResult, theme: Theme): string[] {
  const content = Array.isArray(result.content) ? result.content : [];
  if (content.length > 0) return content.map(item => renderItem(item, theme));
  if (result.structuredContent !== undefined) return [JSON.stringify(result.structuredContent, null, 2)];
  return [theme.dim('(nothing)')];
}

function renderItem(item: Readonly<Record<string, unknown>>, theme: Theme): string {
  const { type, text, data, mimeType, uri, name, resource } = item;
  if (type === 'text' && typeof text === 'string') return text;
  const facts = (...parts: readonly unknown[]): string =>
    theme.dim(`(${parts.filter(part => typeof part === 'string' && part !== '').join(', ')})`);
  if (type === 'image' || type === 'audio') return facts(type, mimeType, sizeOf(data));
  if (type === 'resource_link') return facts('link', name, mimeType, uri);
  if (type === 'resource' && typeof resource === 'object' && resource !== null) return renderResource(resource, facts);
  return facts(typeof type === 'string' ? type : 'content of no type', count(JSON.stringify(item).length, 'byte'));
}

function renderResource(resource: object, facts: (...parts: readonly unknown[]) => string): string {
  const { uri, mimeType, text, blob } = resource as Readonly<Record<string, unknown>>;
  if (typeof text === 'string') return `${facts('resource', mimeType, uri)}\n${text}`;
  return facts('resource', mimeType, sizeOf(blob), uri);
}

/** Of base64. */
function sizeOf(data: unknown): string {
  return typeof data === 'string' ? count(Buffer.byteLength(data, 'base64'), 'byte') : '';
}
