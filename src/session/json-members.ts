// Members of an object in JSON text, taken out, put in and changed as they stand.

import { forEachMember, keyAt } from './json-scan.ts';
import { rawMember, splice } from './json-text.ts';

/** Says of a member what to write in its place: its raw value, another, or nothing. */
type Rewrite = (name: string, raw: string) => string | null;

/** A member to add: its name, and its raw value. */
export type Member = readonly [name: string, raw: string];

export function rewrite(object: string, to: Rewrite): string {
  let isSame = true;
  const members: string[] = [];
  forEachMember(object, 0, (key, span) => {
    const raw = object.slice(span.start, span.end);
    const written = to(keyAt(object, key), raw);
    if (written !== raw) isSame = false;
    if (written !== null) members.push(`${object.slice(key.start, key.end)}:${written}`);
  });
  return isSame ? object : `{${members.join(',')}}`;
}

/** An object with the member `name` changed; where there is none, or none that is an object, it is made of `{}`. */
export function rewriteOrAdd(object: string, name: string, change: (raw: string) => string): string {
  const member = rawMember(object, [name]);
  if (member?.raw.startsWith('{') === true) return splice(object, [{ ...member, with: change(member.raw) }]);
  return withMember(object, name, change('{}'));
}

/** An object with this member instead of all others of its name. */
export function withMember(object: string, name: string, raw: string): string {
  return insert(
    rewrite(object, (key, value) => (key === name ? null : value)),
    `${JSON.stringify(name)}:${raw}`,
  );
}

/** Puts members first into an object; of `null`, which some servers answer, an object is made. */
export function insert(object: string, members: string): string {
  if (object === 'null') return `{${members}}`;
  if (!object.startsWith('{')) return object;
  const isEmpty = /^\{\s*\}$/.test(object);
  return `{${members}${isEmpty ? '' : ','}${object.slice(1)}`;
}
