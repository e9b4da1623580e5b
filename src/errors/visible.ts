/** Characters that draw nothing, or that steer a terminal or the direction of what follows, as escapes. For texts by which people decide. */
export function visible(text: string): string {
  // The pattern of Braille without a dot is a blank that no property tells of.
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu, character =>
    [...Array(character.length).keys()]
      .map(index => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
