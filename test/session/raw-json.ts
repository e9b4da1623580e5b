import fc from 'fast-check';

// Raw JSON as no serialiser writes it: whitespace everywhere, every escape, numbers that do not survive a parse,
// keys twice, keys spelled with escapes.

const space = fc.array(fc.constantFrom(' ', '\t', '\n', '\r'), { maxLength: 2 }).map(parts => parts.join(''));

const character = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'id', 'é', '€', '😀', '{', '}', '[', ']', ',', ':', ' ', '\u2028') },
  fc.constantFrom('\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t', '\\u0022', '\\u005c', '\\ud83d\\ude00'),
  fc.constantFrom('\\ud800', '\\uDFFF', '\\u0000', '\\u0069'),
);

export const rawString = fc.array(character, { maxLength: 8 }).map(parts => `"${parts.join('')}"`);

const rawNumber = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom('12345678901234567890', '1.0', '-0', '1e400', '0.10E+2', '9007199254740993'),
);

/** A member's name as raw JSON, each letter escaped or not. */
export const rawKey = (name: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map(escaped => `"${[...name].map((letter, i) => (escaped[i] === true ? inHex(letter) : letter)).join('')}"`);

const inHex = (letter: string): string => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Joins raw members or items with whitespace anywhere it may stand. */
export const spaced = (parts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(space, { minLength: parts.length * 2, maxLength: parts.length * 2 })
    .map(spaces => parts.map((part, i) => `${spaces[2 * i]}${part}${spaces[2 * i + 1]}`).join(','));

export const rawMemberOf = (key: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(key, space, space, value).map(([k, before, after, v]) => `${k}${before}:${after}${v}`);

const { value: anyRaw } = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('true', 'false', 'null'),
    rawNumber,
    rawString,
    fc
      .array(tie('value'), { maxLength: 4 })
      .chain(spaced)
      .map(inside => `[${inside}]`),
    fc
      .array(rawMemberOf(fc.oneof(rawString, rawKey('id'), rawKey('method')), tie('value')), { maxLength: 4 })
      .chain(spaced)
      .map(inside => `{${inside}}`),
  ),
}));

export const rawValue: fc.Arbitrary<string> = anyRaw;

/** An object of exactly these members, in random order, with unknown members between them. */
export const rawObject = (members: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> => {
  const unknown = rawMemberOf(
    fc.nat(99).map(n => `"x${n}"`),
    rawValue,
  );
  return fc
    .tuple(fc.tuple(...members), fc.array(unknown, { maxLength: 3 }))
    .chain(([known, others]) => {
      const all = [...known, ...others];
      return fc.shuffledSubarray(all, { minLength: all.length });
    })
    .chain(spaced)
    .map(inside => `{${inside}}`);
};

export const rawId = fc.oneof(rawNumber, rawString, fc.constantFrom('""', '1.5', '"1"', '0'));
