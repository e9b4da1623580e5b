import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';

/** One fault of the text, in the words of a person who wrote it. */
export interface SyntaxFault {
  readonly offset: number;
  readonly message: string;
}

/** Far beyond any client's file, and far below where a recursive parser runs out of stack. */
const MAX_DEPTH = 500;

/** More say only that it is no JSON. */
const MAX_FAULTS = 100;

/**
 * JSON with comments and trailing commas. `root` is undefined where the faults leave nothing to go on with; after a
 * missing comma alone the rest is read as it was meant, so that its mistakes can be told too.
 */
export function parseSyntax(text: string): { root: Node | undefined; faults: readonly SyntaxFault[] } {
  const tooDeep = offsetBeyondDepth(text);
  if (tooDeep !== undefined) {
    const message = `expected at most ${MAX_DEPTH} levels of objects and arrays`;
    return { root: undefined, faults: [{ offset: tooDeep, message }] };
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const kept = withoutEchoes(errors, text);
  const isUsable = kept.every(({ error }) => printParseErrorCode(error) === 'CommaExpected');
  return {
    root: isUsable ? root : undefined,
    faults: kept.map(error => ({ offset: error.offset, message: wording(error, text) })),
  };
}

/**
 * The parser goes on after a fault and trips over its own recovery: what follows in the same line is mostly echo, and
 * so is a value that is missed after a word that is none.
 */
function withoutEchoes(errors: readonly ParseError[], text: string): ParseError[] {
  let keptAt: number | undefined;
  return errors.slice(0, MAX_FAULTS).filter(({ error, offset }, index) => {
    const code = printParseErrorCode(error);
    const before = errors[index - 1];
    if (code === 'ValueExpected' && before && printParseErrorCode(before.error) === 'InvalidSymbol') return false;
    if (keptAt !== undefined && !/[\r\n]/.test(text.slice(keptAt, offset))) return false;
    if (code !== 'CommaExpected') keptAt = offset;
    return true;
  });
}

function offsetBeyondDepth(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let offset = 0; offset < text.length; offset = scanner.getPosition()) {
    scanner.scan();
    const token = text[scanner.getTokenOffset()];
    if (scanner.getTokenLength() !== 1) continue;
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (depth > MAX_DEPTH) return scanner.getTokenOffset();
  }
  return undefined;
}

function wording({ error, offset, length }: ParseError, text: string): string {
  const found = offset >= text.length ? 'the end of the file' : excerpt(text.slice(offset, offset + length));
  switch (printParseErrorCode(error)) {
    case 'InvalidSymbol':
      if (text[offset] === "'") return `expected double quotes, got ${found}`;
      return `expected a value, or text in double quotes, got ${found}`;
    case 'InvalidNumberFormat':
      return `expected a number, got ${found}`;
    case 'PropertyNameExpected':
      return `expected a key in double quotes, got ${found}`;
    case 'ValueExpected':
      return text.trim() === '' ? 'expected an object, got an empty file' : `expected a value, got ${found}`;
    case 'ColonExpected':
      return `expected ":" after the key, got ${found}`;
    case 'CommaExpected':
      return `expected "," before ${found}`;
    case 'CloseBraceExpected':
      return `expected "}", got ${found}`;
    case 'CloseBracketExpected':
      return `expected "]", got ${found}`;
    case 'EndOfFileExpected':
      return `expected nothing after the end of the object, got ${found}`;
    case 'UnexpectedEndOfComment':
      return 'expected the end of the comment, "*/"';
    case 'UnexpectedEndOfString':
      return `expected the closing double quote of ${found}`;
    case 'UnexpectedEndOfNumber':
      return `expected the rest of the number ${found}`;
    case 'InvalidUnicode':
    case 'InvalidEscapeCharacter':
      return `expected a valid escape such as \\\\ or \\u0041 in ${found}`;
    case 'InvalidCharacter':
      return `expected no control characters in ${found}`;
    default:
      return `expected JSON, got ${found}`;
  }
}

/** It may be a secret, which nobody knows as one as long as the file cannot be read; and this goes into logs. */
const excerpt = (token: string): string => JSON.stringify(token.length < 8 ? token : `${token.slice(0, 4)}…`);
