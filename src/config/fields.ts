import * as z from 'zod';

/** The longest timer that Node keeps; above it `setTimeout` fires at once (2³¹ − 1 ms, 24.8 days). */
const MAX_TIMER_MS = 2_147_483_647;

// Each message is the expectation alone; what was found instead is added where the place is known (check.ts).

export function whole(min: number, max = Number.MAX_SAFE_INTEGER) {
  const expected = `expected a whole number of at least ${min}`;
  return z.int(expected).min(min, expected).max(max, `expected a whole number of at most ${max}`);
}

/** A duration in milliseconds that is used as a timer. */
export function milliseconds(min: number) {
  return whole(min, MAX_TIMER_MS);
}

export function fraction() {
  const expected = 'expected a number from 0 to 1';
  return z.number(expected).min(0, expected).max(1, expected);
}

export function yesNo() {
  return z.boolean('expected true or false');
}

export function oneOf<const T extends readonly [string, ...string[]]>(...values: T) {
  const quoted = values.map(value => `"${value}"`);
  const last = quoted.pop();
  return z.enum(values, `expected ${quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`}`);
}

/** Text that may be handed to a process: NUL would end it early, and Node refuses to spawn with it. */
export function text() {
  return z.string('expected a string').regex(/^[^\0]*$/, 'expected a string without NUL characters');
}

export function filledText() {
  return text().min(1, 'expected a string that is not empty');
}

export function texts() {
  return z.array(text(), 'expected an array of strings');
}

/** An object of options: unknown keys are errors, and what is left out takes its defaults. */
export function section<S extends z.ZodRawShape>(shape: S, description: string) {
  return z
    .strictObject(shape, 'expected an object')
    .prefault({} as never)
    .describe(description);
}
