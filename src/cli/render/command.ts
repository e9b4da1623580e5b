/** A command as it will run, whole: people decide by it, so that nothing is cut off, and nothing in it can look like something else. */
export function commandLine(words: readonly string[]): string {
  return words.map(word => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : visible(JSON.stringify(word)))).join(' ');
}

/** Characters that draw nothing, or that turn the direction of what follows, as escapes. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character =>
    [...Array(character.length).keys()]
      .map(index => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
