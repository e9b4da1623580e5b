/**
 * Fills `{name}` from `values`. A part in `[…]` is left out where one of its placeholders has no value;
 * outside of such parts a missing value shows as `<name>`.
 */
export function fillTemplate(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/\[[^[\]]*\]|\{\w+\}/g, part => {
    if (!part.startsWith('[')) return shown(part, values) ?? `<${part.slice(1, -1)}>`;
    const places = part.match(PLACE) ?? [];
    return places.every(place => shown(place, values) !== undefined) ? fillTemplate(part.slice(1, -1), values) : '';
  });
}

/** The placeholders of a template, in order, without braces. */
export function placeholdersOf(template: string): string[] {
  return (template.match(PLACE) ?? []).map(place => place.slice(1, -1));
}

const PLACE = /\{\w+\}/g;

function shown(place: string, values: Readonly<Record<string, unknown>>): string | undefined {
  const key = place.slice(1, -1);
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  return value === undefined || value === null || value === '' ? undefined : String(value);
}
