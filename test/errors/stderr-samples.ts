import type { Code } from '../../src/errors/catalogue.ts';

/** What programs really print when they die. Taken on Linux with Node 20, npm 11 and Python 3.11 unless named otherwise. */
export interface Sample {
  readonly name: string;
  readonly exitCode: number;
  readonly stderr: string;
  readonly code: Code;
  readonly details?: Readonly<Record<string, string>>;
}

export const samplesOfNode: readonly Sample[] = [
  {
    name: 'node: the script is not there',
    exitCode: 1,
    stderr: `node:internal/modules/cjs/loader:1210
  throw err;
  ^

Error: Cannot find module '/srv/weather/server.js'
    at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)
    at node:internal/main/run_main_module:28:49 {
  code: 'MODULE_NOT_FOUND',
  requireStack: []
}

Node.js v20.20.2`,
    code: 'PROCESS_MODULE_MISSING',
    details: { module: '/srv/weather/server.js' },
  },
  {
    name: 'node: an import is not installed',
    exitCode: 1,
    stderr: `node:internal/modules/esm/resolve:873
  throw new ERR_MODULE_NOT_FOUND(packageName, fileURLToPath(base), null);
        ^

Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'zod' imported from /srv/weather/a.mjs
    at packageResolve (node:internal/modules/esm/resolve:873:9)
    at ModuleJob._link (node:internal/modules/esm/module_job:168:49) {
  code: 'ERR_MODULE_NOT_FOUND'
}

Node.js v20.20.2`,
    code: 'PROCESS_MODULE_MISSING',
    details: { module: 'zod' },
  },
  {
    name: 'node: bad option',
    exitCode: 9,
    stderr: 'node: bad option: --nope',
    code: 'PROCESS_BAD_OPTION',
    details: { option: '--nope' },
  },
  {
    name: 'node: bad option in NODE_OPTIONS',
    exitCode: 9,
    stderr: '/usr/bin/node: --use-system-ca is not allowed in NODE_OPTIONS',
    code: 'PROCESS_BAD_OPTION',
    details: { option: '--use-system-ca' },
  },
  {
    name: 'node: out of heap',
    exitCode: 134,
    stderr: `<--- Last few GCs --->

[5363:0x13619d90]       66 ms: Mark-Compact 11.5 (15.8) -> 9.8 (18.4) MB, 16.66 / 0.00 ms

<--- JS stacktrace --->

FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
----- Native stack trace -----

 1: 0xb78db3 node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]
 2: 0xee8300 v8::Utils::ReportOOMFailure(v8::internal::Isolate*, char const*, v8::OOMDetails const&) [node]
10: 0x195e476  [node]`,
    code: 'RESOURCE_MEMORY',
  },
  {
    name: 'node: a host name that does not exist',
    exitCode: 1,
    stderr: `Error: getaddrinfo ENOTFOUND api.example.invalid
    at GetAddrInfoReqWrap.onlookup [as oncomplete] (node:dns:111:26) {
  errno: -3008,
  code: 'ENOTFOUND',
  syscall: 'getaddrinfo',
  hostname: 'api.example.invalid'
}

Node.js v20.20.2`,
    code: 'NETWORK_DNS',
    details: { host: 'api.example.invalid' },
  },
  {
    name: 'node: the port is in use',
    exitCode: 1,
    stderr: `node:events:502
      throw er; // Unhandled 'error' event
      ^

Error: listen EADDRINUSE: address already in use :::32837
    at Server.setupListenHandle [as _listen2] (node:net:1908:16)
Emitted 'error' event on Server instance at:
    at emitErrorNT (node:net:1944:8)
    at process.processTicksAndRejections (node:internal/process/task_queues:82:21) {
  code: 'EADDRINUSE',
  errno: -98,
  syscall: 'listen',
  address: '::',
  port: 32837
}

Node.js v20.20.2`,
    code: 'RESOURCE_PORTS',
    details: { port: '32837' },
  },
  {
    name: 'node: the database does not run',
    exitCode: 1,
    stderr: `Fatal error in main(): AggregateError [ECONNREFUSED]:
    at internalConnectMultiple (node:net:1122:18) {
  code: 'ECONNREFUSED',
  [errors]: [
    Error: connect ECONNREFUSED ::1:5432
        at createConnectionError (node:net:1652:14) {
      errno: -111,
      code: 'ECONNREFUSED',
      syscall: 'connect',
      address: '::1',
      port: 5432
    }
  ]
}`,
    code: 'NETWORK_REFUSED',
    details: { host: '::1:5432' },
  },
  {
    name: 'npm: no such package',
    exitCode: 1,
    stderr: `npm warn Unknown user config "nodedir". This will stop working in the next major version of npm.
npm error code E404
npm error 404 Not Found - GET https://registry.npmjs.org/@ada%2fdoes-not-exist
npm error 404
npm error 404  The requested resource '@ada/does-not-exist@*' could not be found or you do not have permission to access it.
npm error 404
npm error 404 Note that you can also install from a
npm error 404 tarball, folder, http url, or git url.
npm error A complete log of this run can be found in: /home/ada/.npm/_logs/debug-0.log`,
    code: 'PROCESS_PACKAGE_NOT_FOUND',
    details: { package: '@ada/does-not-exist' },
  },
  {
    name: 'npm: no such version',
    exitCode: 1,
    stderr: `npm error code ETARGET
npm error notarget No matching version found for is-number@99.9.9.
npm error notarget In most cases you or one of your dependencies are requesting a package version that doesn't exist.
npm error A complete log of this run can be found in: /home/ada/.npm/_logs/debug-0.log`,
    code: 'PROCESS_PACKAGE_NOT_FOUND',
    details: { package: 'is-number@99.9.9' },
  },
  {
    name: 'npm: a package without a command',
    exitCode: 1,
    stderr: `npm error could not determine executable to run
npm error A complete log of this run can be found in: /home/ada/.npm/_logs/debug-0.log`,
    code: 'PROCESS_PACKAGE_NOT_FOUND',
  },
  {
    name: 'npm: offline',
    exitCode: 1,
    stderr: `npm error code ENOTFOUND
npm error syscall getaddrinfo
npm error errno ENOTFOUND
npm error network request to http://registry.example.invalid/left-pad failed, reason: getaddrinfo ENOTFOUND registry.example.invalid
npm error network This is a problem related to network connectivity.
npm error network In most cases you are behind a proxy or have bad network settings.
npm error network
npm error network If you are behind a proxy, please make sure that the 'proxy' config is set properly.  See: 'npm help config'
npm error A complete log of this run can be found in: /home/ada/.npm/_logs/debug-0.log`,
    code: 'NETWORK_DNS',
    details: { host: 'registry.example.invalid' },
  },
  {
    name: 'npm: the registry refuses',
    exitCode: 1,
    stderr: `npm error code ECONNREFUSED
npm error syscall connect
npm error errno ECONNREFUSED
npm error FetchError: request to http://127.0.0.1:9/left-pad failed, reason: connect ECONNREFUSED 127.0.0.1:9
npm error     at ClientRequest.<anonymous> (/usr/lib/node_modules/npm/node_modules/minipass-fetch/lib/index.js:130:14)
npm error     at process.processTicksAndRejections (node:internal/process/task_queues:83:21) {
npm error   code: 'ECONNREFUSED',
npm error   errno: 'ECONNREFUSED',
npm error   syscall: 'connect',
npm error   address: '127.0.0.1',
npm error   port: 9,
npm error   type: 'system'
npm error }
npm error
npm error If you are behind a proxy, please make sure that the 'proxy' config is set properly.  See: 'npm help config'
npm error A complete log of this run can be found in: /home/ada/.npm/_logs/debug-0.log`,
    code: 'NETWORK_REFUSED',
    details: { host: '127.0.0.1:9' },
  },
  {
    name: 'npm: an install script fails',
    exitCode: 1,
    stderr: `npm error code 1
npm error path /home/ada/.npm/_npx/1234/node_modules/canvas
npm error command failed
npm error command sh -c node-gyp rebuild
npm error A complete log of this run can be found in: /home/ada/.npm/_logs/debug-0.log`,
    code: 'PROCESS_INSTALL_FAILED',
  },
  {
    name: 'npm: a disk that is full',
    exitCode: 228,
    stderr: `npm error code ENOSPC
npm error syscall write
npm error errno -28
npm error nospc ENOSPC: no space left on device, write
npm error nospc There appears to be insufficient space on your system to finish.`,
    code: 'RESOURCE_DISK',
  },
];
