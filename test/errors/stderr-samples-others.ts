import type { Sample } from './stderr-samples.ts';

export const samplesOfOthers: readonly Sample[] = [
  {
    name: 'python: an import is not installed',
    exitCode: 1,
    stderr: `Traceback (most recent call last):
  File "/srv/server.py", line 1, in <module>
    import mcp
ModuleNotFoundError: No module named 'mcp'`,
    code: 'PROCESS_MODULE_MISSING',
    details: { module: 'mcp' },
  },
  {
    name: 'python -m: no such module',
    exitCode: 1,
    stderr: '/usr/bin/python3: No module named mcp_server_git',
    code: 'PROCESS_MODULE_MISSING',
    details: { module: 'mcp_server_git' },
  },
  {
    name: 'python: the first of two chained errors names the cause',
    exitCode: 1,
    stderr: `Traceback (most recent call last):
  File "/srv/net.py", line 9, in connect
    raise err
socket.gaierror: [Errno -2] Name or service not known

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/server.py", line 3, in <module>
    main()
RuntimeError: the weather service cannot be reached`,
    code: 'NETWORK_DNS',
  },
  {
    name: 'python: a variable that is not set',
    exitCode: 1,
    stderr: `Traceback (most recent call last):
  File "<frozen os>", line 679, in __getitem__
KeyError: 'WEATHER_API_KEY'`,
    code: 'PROCESS_VARIABLE_MISSING',
    details: { variable: 'WEATHER_API_KEY' },
  },
  {
    name: 'python: the certificate of a proxy',
    exitCode: 1,
    stderr:
      'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1006)',
    code: 'NETWORK_CERTIFICATE',
  },
  {
    name: 'python on Windows: no network library',
    exitCode: 1,
    stderr: 'OSError: [WinError 10106] The requested service provider could not be loaded or initialized',
    code: 'NETWORK_WINSOCK',
    details: { status: '10106' },
  },
  {
    name: 'a server that asks for its key',
    exitCode: 1,
    stderr: 'Error: BRAVE_API_KEY environment variable is required',
    code: 'PROCESS_VARIABLE_MISSING',
    details: { variable: 'BRAVE_API_KEY' },
  },
  {
    name: 'a server whose key is refused',
    exitCode: 1,
    stderr: 'Failed to start: HttpError: 401 Unauthorized',
    code: 'NETWORK_AUTH',
    details: { status: '401' },
  },
  {
    name: 'a proxy that wants a password',
    exitCode: 1,
    stderr: 'Error: tunneling socket could not be established, statusCode=407',
    code: 'NETWORK_PROXY_AUTH',
  },
  {
    name: 'uv: no such package',
    exitCode: 1,
    stderr: `  × No solution found when resolving tool dependencies:
  ╰─▶ Because mcp-server-nope was not found in the package registry and you require mcp-server-nope, we can conclude that your requirements are unsatisfiable.`,
    code: 'PROCESS_PACKAGE_NOT_FOUND',
    details: { package: 'mcp-server-nope' },
  },
  {
    name: 'go: a host name that does not exist',
    exitCode: 1,
    stderr: 'panic: dial tcp: lookup api.example.invalid on 127.0.0.53:53: no such host',
    code: 'NETWORK_DNS',
    details: { host: 'api.example.invalid' },
  },
  {
    name: 'linux: a shared library is missing',
    exitCode: 127,
    stderr:
      '/srv/server: error while loading shared libraries: libssl.so.1.1: cannot open shared object file: No such file or directory',
    code: 'PROCESS_DLL_MISSING',
    details: { library: 'libssl.so.1.1' },
  },
  {
    name: 'sh: no such command',
    exitCode: 127,
    stderr: 'sh: 1: mcp-server-files: not found',
    code: 'PROCESS_COMMAND_NOT_FOUND',
    details: { command: 'mcp-server-files' },
  },
  {
    name: 'cmd.exe: no such command',
    exitCode: 1,
    stderr:
      "'mcp-server-files' is not recognized as an internal or external command,\r\noperable program or batch file.",
    code: 'PROCESS_COMMAND_NOT_FOUND',
    details: { command: 'mcp-server-files' },
  },
  {
    name: 'node: too many watched files',
    exitCode: 1,
    stderr: "Error: ENOSPC: System limit for number of file watchers reached, watch '/srv'",
    code: 'RESOURCE_FILES',
  },
];
