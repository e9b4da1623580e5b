import type { Code } from './catalogue.ts';

/** One thing that a line of stderr may say. The named groups of `test` become details (`host2` counts as `host`). */
export interface StderrPattern {
  readonly code: Code;
  readonly test: RegExp;
  /**
   * Words that also stand in ordinary logs ("connection refused, trying again"): believed only near the end,
   * and not from a line that calls itself a warning.
   */
  readonly isWeak?: true;
}

const strong = (code: Code, test: RegExp): StderrPattern => ({ code, test });
const weak = (code: Code, test: RegExp): StderrPattern => ({ code, test, isWeak: true });

// Names with an underscore only, and not those of error codes, so that words in capitals are not taken for variables.
const VARIABLE = '\\b(?<variable>(?!ERR_|UND_|MODULE_NOT_)[A-Z][A-Z0-9]*_[A-Z0-9_]+)\\b';

/**
 * In order: where one line fits several, the first wins.
 * The words are those of Node, npm, uv, pip, Python, Go, Rust, POSIX shells, `cmd.exe` and Docker.
 */
export const specificPatterns: readonly StderrPattern[] = [
  strong('RESOURCE_MEMORY', /heap out of memory|\bMemoryError\b|std::bad_alloc|\bENOMEM\b|cannot allocate memory/i),
  strong(
    'RESOURCE_MEMORY',
    /java\.lang\.OutOfMemoryError|fatal error: (?:runtime: )?out of memory|memory allocation of \d+ bytes failed/,
  ),
  // Node reports exhausted file watches as ENOSPC, so this stands before the disk.
  strong('RESOURCE_FILES', /number of file watchers reached|\bEMFILE\b|\bENFILE\b|too many open files/i),
  strong('RESOURCE_DISK', /\bENOSPC\b|no space left on device|not enough space on the disk/i),
  strong('RESOURCE_PORTS', /(?:EADDRINUSE|EADDRNOTAVAIL): .*:(?<port>\d+)\s*$/),
  strong(
    'RESOURCE_PORTS',
    /\bEADDRINUSE\b|\bEADDRNOTAVAIL\b|address already in use|only one usage of each socket address/i,
  ),
  strong('RESOURCE_PORTS', /\b(?:WinError|Errno|error) (?:10048|10055)\b/i),
  strong(
    'RESOURCE_PROCESSES',
    /can't start new thread|\b(?:spawn|fork)\b.{0,200}\bEAGAIN\b|fork: (?:retry: )?resource temporarily unavailable/i,
  ),

  strong('PROCESS_DLL_MISSING', /error while loading shared libraries: (?<library>[^\s:]+)/),
  strong(
    'PROCESS_DLL_MISSING',
    /(?:dyld.{0,40}: )?Library not loaded: (?<library>\S+)|version `(?<library2>GLIBC\w*_[\d.]+)' not found/,
  ),
  strong(
    'PROCESS_BAD_OPTION',
    /\bnode(?:\.exe)?: (?:bad option: (?<option>\S+)|(?<option2>\S+) (?:is not allowed in NODE_OPTIONS|requires an argument))/,
  ),
  strong(
    'PROCESS_BAD_OPTION',
    /error: unrecognized arguments: (?<option>\S+)|error: unknown option '(?<option2>[^']+)'/,
  ),
  strong(
    'PROCESS_BAD_OPTION',
    /unknown (?:shorthand )?flag: (?<option>\S+)|flag provided but not defined: (?<option2>\S+)/,
  ),
  strong(
    'PROCESS_BAD_OPTION',
    /error: unexpected argument '(?<option>[^']+)'|error: the following arguments are required: (?<option2>\S+)/,
  ),
  strong('PROCESS_MODULE_MISSING', /Cannot find (?:module|package) '(?<module>[^']+)'/),
  strong('PROCESS_MODULE_MISSING', /No module named '?(?<module>[\w.]+)'?/),

  strong(
    'PROCESS_PACKAGE_NOT_FOUND',
    /^npm (?:ERR!|error) .*'(?<package>[^']+?)(?:@\*)?' (?:could not be found|is not in (?:this|the npm) registry)/,
  ),
  strong('PROCESS_PACKAGE_NOT_FOUND', /No matching version found for (?<package>\S+?)\.?$/),
  strong(
    'PROCESS_PACKAGE_NOT_FOUND',
    /^npm (?:ERR!|error) (?:code (?:E404|ETARGET|ENOVERSIONS)\b|could not determine executable)/,
  ),
  strong('PROCESS_PACKAGE_NOT_FOUND', /\bERR_PNPM_(?:FETCH_404|NO_MATCHING_VERSION)\b|^error: GET \S+ - 404/),
  strong(
    'PROCESS_PACKAGE_NOT_FOUND',
    /Because (?<package>\S+) was not found in the package registry|there (?:is|are) no versions? of (?<package2>\S+)/,
  ),
  strong('PROCESS_PACKAGE_NOT_FOUND', /executable named `[^`]+` is not provided by package `(?<package>[^`]+)`/),
  strong(
    'PROCESS_PACKAGE_NOT_FOUND',
    /pull access denied for (?<package>[^\s,]+)|manifest (?:unknown|for (?<package2>\S+) not found)/,
  ),

  weak(
    'PROCESS_COMMAND_NOT_FOUND',
    /^(?:\S*\/)?(?:ba|da|z|a)?sh: (?:line \d+: |\d+: )?(?<command>[^\s:]+): (?:command )?not found/,
  ),
  weak('PROCESS_COMMAND_NOT_FOUND', /^'(?<command>[^']+)' is not recognized as an internal or external command/),
  weak('PROCESS_COMMAND_NOT_FOUND', /(?:^|\/)env: [‘'"]?(?<command>[^‘’'":\s]+)[’'"]?: No such file/),
  weak('PROCESS_COMMAND_NOT_FOUND', /^(?<command>Python) was not found; run without arguments/),

  strong(
    'NETWORK_WINSOCK',
    /\b(?<status>WSASYSNOTREADY|WSAEPROVIDERFAILEDINIT)\b|\b(?:WinError|Errno|error:?) (?<status2>10091|10106)\b/i,
  ),
  strong(
    'NETWORK_PROXY_AUTH',
    /proxy authentication required|statusCode=407|\b407\b.{0,40}\bproxy|\bproxy\b.{0,80}\b407\b/i,
  ),
  strong(
    'NETWORK_CERTIFICATE',
    /\b(?:SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?)\b/,
  ),
  strong(
    'NETWORK_CERTIFICATE',
    /\b(?:UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_HAS_EXPIRED|ERR_TLS_CERT_ALTNAME_INVALID|CERTIFICATE_VERIFY_FAILED)\b/,
  ),
  strong(
    'NETWORK_CERTIFICATE',
    /self[- ]signed certificate|unable to (?:get|verify)\b.{0,40}\bcertificate|invalid peer certificate|x509: certificate/i,
  ),
  strong(
    'NETWORK_DNS',
    /\b(?:ENOTFOUND|EAI_AGAIN) (?<host>[\w.-]*[\w-])|could not resolve host: (?<host2>[\w.-]*[\w-])/i,
  ),
  strong('NETWORK_DNS', /lookup (?<host>[\w.-]+)(?: on \S+)?: no such host|Failed to resolve '(?<host2>[^']+)'/),
  strong(
    'NETWORK_DNS',
    /\b(?:ENOTFOUND|EAI_AGAIN|EAI_NONAME)\b|getaddrinfo failed|name or service not known|failed to lookup address/i,
  ),
  strong('NETWORK_DNS', /temporary failure in name resolution|nodename nor servname|no such host is known/i),

  strong('NETWORK_AUTH', /^npm (?:ERR!|error) code (?<status>E401|E403|ENEEDAUTH)\b/),
  weak('NETWORK_AUTH', /\b(?<status>401|403)[:,)]? +(?:client error: )?\(?(?:unauthorized|unauthorised|forbidden)\b/i),
  weak('NETWORK_AUTH', /\b(?:HTTP(?:\/[\d.]+)?|status(?: code)?)[:= ]{1,3}(?<status>401|403)\b/i),
  weak(
    'NETWORK_AUTH',
    /\b(?:invalid|incorrect|expired|revoked|bad)\b.{0,20}\b(?:api[ _-]?key|access[ _-]?token|auth(?:entication)? token|credentials)\b/i,
  ),
  weak(
    'NETWORK_AUTH',
    /\b(?:api[ _-]?key|access[ _-]?token|credentials)\b.{0,20}\b(?:invalid|incorrect|expired|revoked|rejected)\b|\bauthentication failed\b/i,
  ),
  weak(
    'NETWORK_REFUSED',
    /\bECONNREFUSED(?: (?<host>\S+:\d+))?\b|connection refused|actively refused|\bWinError 10061\b/i,
  ),
  weak('NETWORK_REFUSED', /cannot connect to (?<host>the docker daemon)/i),
  weak(
    'NETWORK_TIMEOUT',
    /\b(?:ETIMEDOUT|ESOCKETTIMEDOUT|ERR_SOCKET_TIMEOUT)(?: (?<host>\S+:\d+))?\b|\bWinError 10060\b/,
  ),
  weak(
    'NETWORK_TIMEOUT',
    /\bUND_ERR_CONNECT_TIMEOUT\b|\bconnect timeout error\b|\bconnection timed out\b|\bi\/o timeout\b|\bConnectTimeout\b/i,
  ),
  weak(
    'PROCESS_VARIABLE_MISSING',
    new RegExp(
      `${VARIABLE}.{0,40}?\\b(?:required|missing|unset|undefined|not (?:set|defined|found|provided)|must be (?:set|provided))\\b`,
    ),
  ),
  weak(
    'PROCESS_VARIABLE_MISSING',
    new RegExp(`\\b(?:[Mm]issing|[Ss]et|[Pp]rovide|[Rr]equires?|[Rr]equired|[Nn]o)\\b.{0,60}?${VARIABLE}`),
  ),
  weak('PROCESS_VARIABLE_MISSING', new RegExp(`^KeyError: '${VARIABLE}'`)),
];

/** Said of any failed install: they count only where nothing more precise was said. */
export const generalPatterns: readonly StderrPattern[] = [
  strong(
    'PROCESS_INSTALL_FAILED',
    /^npm (?:ERR!|error) (?:code (?<reason>[A-Z][A-Z0-9_]+)|(?<reason2>npx canceled due to missing packages))/,
  ),
  strong(
    'PROCESS_INSTALL_FAILED',
    /^npm (?:ERR!|error)\b|\bERR_PNPM_\w+|subprocess-exited-with-error|^\s*× Failed to (?:build|download)/,
  ),
];
