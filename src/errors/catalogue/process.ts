import { type CatalogueEntry, entriesOf } from './entry.ts';

const entry = entriesOf('process');

/** What cannot start, and what ends. */
export const processEntries = {
  PROCESS_COMMAND_NOT_FOUND: entry(
    false,
    'cannot find the command "{command}"',
    'install it, or write its full path in "command"',
    ['command'],
  ),
  PROCESS_COMMAND_UNSAFE: entry(
    false,
    'an argument cannot be passed safely to "{command}"[: {argument}]',
    'batch files cannot take %, line breaks or NUL: name the program itself instead of the .cmd or .bat file',
    ['command'],
  ),
  PROCESS_COMMAND_TOO_LONG: entry(
    false,
    'the command line or the environment of "{command}" is too long for this system[: {length} characters, {most} at most]',
    'shorten "args" and "env"; a long value can go into a file that the server reads',
    ['command', 'length', 'most'],
  ),
  PROCESS_NOT_EXECUTABLE: entry(
    false,
    '"{command}" cannot be run as a program[ ({reason})]',
    'check its permissions, and that it is a program for this system; name a script after its interpreter, as in "node server.js"',
    ['command', 'reason'],
  ),
  PROCESS_CWD_MISSING: entry(
    false,
    'the working folder of the server does not exist[: {cwd}]',
    'create the folder, or correct "cwd"; a relative one starts at the folder of the configuration',
  ),
  PROCESS_SPAWN_FAILED: entry(
    true,
    'the system refused to start the server[ ({reason})]',
    'run the command in a terminal to see whether it starts there',
    ['reason'],
  ),
  PROCESS_SPAWN_TIMEOUT: entry(
    true,
    'the system did not start the server within {afterMs} ms',
    'give it more time with "startup.spawnMs": the machine may be overloaded, or a virus scanner holds the program',
    ['afterMs'],
  ),
  PROCESS_EXITED: entry(
    true,
    'the server exited unexpectedly ({how})',
    'read its last stderr lines; it is started again by itself',
    ['how'],
  ),
  PROCESS_EXITED_DURING_CALL: entry(
    true,
    'the server was lost while this call was under way ({how})',
    'the call may have run: check its effect before you repeat it',
    ['how'],
  ),
  PROCESS_EXITED_AT_START: entry(
    true,
    'the server exited before it was ready ({how})',
    'read its last stderr lines, or run its command in a terminal: an MCP server keeps running and waits for input',
    ['how'],
  ),
  PROCESS_BAD_OPTION: entry(
    false,
    'the server or its runtime does not know an option it was given[: {option}]',
    'correct "args", or NODE_OPTIONS in "env"; an older Node rejects options of a newer one',
  ),
  PROCESS_MODULE_MISSING: entry(
    false,
    'the server misses a module[: {module}]',
    'install its dependencies where it stands (npm install, pip install, uv sync), or correct the script in "args"',
  ),
  PROCESS_PACKAGE_NOT_FOUND: entry(
    false,
    'the package to run does not exist in that version or has no command of that name[: {package}]',
    'check the spelling and version of the package in "args"; a private one needs its registry and a login',
  ),
  PROCESS_INSTALL_FAILED: entry(
    true,
    'the package of the server could not be installed[ ({reason})]',
    'run the command once in a terminal and read the installer\'s own words; npx needs "-y" to install without asking',
    ['reason'],
  ),
  PROCESS_DLL_MISSING: entry(
    false,
    'a shared library that the server needs is missing or too old[: {library}]',
    'install the runtime it was built for; on Windows most often the Visual C++ Redistributable',
  ),
  PROCESS_VARIABLE_MISSING: entry(
    false,
    'the environment is not what the server needs[: {variable}][: {problem}]',
    'set it where Holdfast is started, or give it a value under "env" of this server',
    ['variable'],
  ),
  PROCESS_CRASH_LOOP: entry(
    false,
    'the server exited {exits} times within {windowMs} ms[; the last time: {last}]',
    'it starts and dies again and again: read its stderr, mend it, then "holdfast restart {server}"',
    ['exits', 'windowMs'],
  ),
  PROCESS_UNRESPONSIVE: entry(
    true,
    'the server runs but does not answer[ (silent for {silentMs} ms)]',
    'it is restarted by itself; if this repeats, look for a call that blocks its event loop',
    ['silentMs'],
  ),
  PROCESS_FROZEN: entry(
    true,
    "the server's process exists but cannot run: it is {state}",
    'it is replaced by itself; look for what stopped it (a debugger, SIGSTOP, Ctrl-Z)',
    ['state'],
  ),
  PROCESS_SURVIVED: entry(
    false,
    'processes of the server are still there after they were killed: {pids}',
    'they may hang in the kernel or belong to another user: end them by hand, then "holdfast start {server}"',
    ['pids'],
  ),
  PROCESS_INTERNAL: entry(
    false,
    'something went wrong inside Holdfast[: {reason}]',
    'this is a bug: report it with what you did, and the lines of "--log-level debug"',
  ),
  PROCESS_MANAGER_RUNNING: entry(
    false,
    'a manager is already running with this state folder (pid {pid})[: {stateDir}]',
    'use it, end it with "holdfast down", or give this one its own --state-dir',
    ['pid'],
  ),
  PROCESS_BACKGROUND_REFUSED: entry(
    false,
    'the manager could not be started in the background[: {reason}]',
    'run "holdfast up" in the foreground, and read what it says',
    ['reason'],
  ),
  PROCESS_BACKGROUND_ENDED: entry(
    false,
    'the manager did not come up in the background[: {why}]',
    'run "holdfast up" in the foreground, and read what it says; "logs/daemon.out" in the state folder has its last words',
    ['why'],
  ),
  PROCESS_SERVICE_REFUSED: entry(
    false,
    'the service could not be changed[: {why}]',
    'look at it with "holdfast service status", and at what would be done with --dry-run',
  ),
} as const satisfies Record<`PROCESS_${string}`, CatalogueEntry>;
