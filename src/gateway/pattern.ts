// Patterns of names and URIs, matched in one pass over the text: no pattern that a server or a person writes can make it slow,
// as a regular expression could.

type Allows = (character: string) => boolean;

/** `one`: one character · `any`: as many as there are · `maybe`: the next `steps` may be left out. */
type Step =
  | { readonly type: 'one'; readonly allows: Allows }
  | { readonly type: 'any'; readonly allows: Allows }
  | { readonly type: 'maybe'; readonly steps: number };

export type Pattern = readonly Step[];

/** `*` is any number of characters, `?` is one; everything else is itself. */
export function globPattern(glob: string): Pattern {
  return Array.from(glob, character => {
    if (character === '*') return { type: 'any', allows: anything };
    return { type: 'one', allows: character === '?' ? anything : only(character) };
  });
}

/**
 * The URIs that a template (RFC 6570) may become. It is taken more widely than it is written: whom to ask is all that is decided
 * by it, and the server knows better.
 */
export function templatePattern(template: string): Pattern {
  return template.split(/(\{[^{}]*\})/).flatMap(part => (part.startsWith('{') ? expression(part) : literal(part)));
}

/** Whether the whole text is what the pattern says. */
export function matches(pattern: Pattern, text: string): boolean {
  let places = reach(pattern, [0]);
  for (const character of text) {
    const next: number[] = [];
    for (const place of places) {
      const step = pattern[place];
      if (step === undefined || step.type === 'maybe' || !step.allows(character)) continue;
      next.push(step.type === 'any' ? place : place + 1);
    }
    if (next.length === 0) return false;
    places = reach(pattern, next);
  }
  return places.has(pattern.length);
}

/** The places in the pattern that can be come to from these without a character. */
function reach(pattern: Pattern, from: readonly number[]): ReadonlySet<number> {
  // A set that grows is gone through to its end, the new members too.
  const places = new Set(from);
  for (const place of places) {
    const step = pattern[place];
    if (step?.type === 'any') places.add(place + 1);
    if (step?.type === 'maybe') places.add(place + 1).add(place + 1 + step.steps);
  }
  return places;
}

const anything: Allows = () => true;
const only =
  (wanted: string): Allows =>
  character =>
    character === wanted;
const noneOf =
  (unwanted: string): Allows =>
  character =>
    !unwanted.includes(character);

const literal = (text: string): Step[] => Array.from(text, character => ({ type: 'one', allows: only(character) }));

function expression(text: string): Step[] {
  const operator = text.charAt(1);
  switch (operator) {
    case '+':
      return atLeastOne(anything);
    case '#':
      return optional(only('#'), anything);
    case '/':
      return optional(only('/'), noneOf('?#'));
    case '?':
      return optional(only('?'), noneOf('#'));
    case '&':
      return optional(only('&'), noneOf('#'));
    case '.':
    case ';':
      return optional(only(operator), noneOf('/?#'));
    default:
      // A list that is exploded (`{x*}`) is joined by commas, which are no border.
      return atLeastOne(noneOf('/?#'));
  }
}

const atLeastOne = (allows: Allows): Step[] => [
  { type: 'one', allows },
  { type: 'any', allows },
];
const optional = (first: Allows, rest: Allows): Step[] => [
  { type: 'maybe', steps: 2 },
  { type: 'one', allows: first },
  { type: 'any', allows: rest },
];
