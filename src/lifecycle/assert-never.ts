/** Makes the compiler find the case that a `switch` forgot. */
export function assertNever(value: never): never {
  throw new TypeError(`no case for ${JSON.stringify(value)}`);
}
