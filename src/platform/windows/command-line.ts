/** CreateProcessW takes 32,767 characters with the closing NUL. */
export const MAX_COMMAND_LINE = 32_766;

/** One argument, quoted so that CommandLineToArgvW and the C runtimes read it back unchanged. */
function quoteArgument(argument: string): string {
  if (argument !== '' && !/[\s"]/.test(argument)) return argument;
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`;
}

/** The line for CreateProcessW. `verbatim` arguments are joined as they are. */
export function commandLine(file: string, args: readonly string[], verbatim = false): string {
  return [`"${file}"`, ...(verbatim ? args : args.map(quoteArgument))].join(' ');
}
