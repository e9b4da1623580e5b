import { type CatalogueEntry, entriesOf } from './entry.ts';

const entry = entriesOf('resource');

/** What ran out: in the machine, or within the limits that were set. */
export const resourceEntries = {
  RESOURCE_QUEUE_FULL: entry(
    true,
    'too many calls wait for the server[: {depth}][, at most {limit}]',
    'the call did not run: send fewer at a time; "maxQueue" sets the limit',
    ['depth', 'limit'],
  ),
  RESOURCE_INSTANCES_FULL: entry(
    true,
    'the clients of this server need more processes than it may have[, at most {limit}]',
    'the call did not run: end clients that are not used, or raise "maxInstances"',
    ['limit'],
  ),
  RESOURCE_PARKED_FULL: entry(
    true,
    'too many calls wait for input that their clients were asked for[, at most {limit}][, {share} of one client][, with {size} characters together]',
    'answer the questions that are open, or let them expire, which takes ten minutes',
    ['limit', 'share', 'size'],
  ),
  RESOURCE_REQUESTS_FULL: entry(
    true,
    'too many requests are open at a time[, at most {limit}][, {share} of one client]',
    'the request did not run: send fewer at a time, and close streams of "subscriptions/listen" that nobody reads',
    ['limit', 'share'],
  ),
  RESOURCE_SUBSCRIPTIONS: entry(
    false,
    'a client may be subscribed to {limit} resources at a time[, with URIs of {size} characters together]',
    'nothing was subscribed to: unsubscribe from what is not needed any more, or name fewer at a time',
    ['limit', 'size'],
  ),
  RESOURCE_MESSAGE_TOO_LARGE: entry(
    false,
    'a message[ of {bytes} bytes] is over the limit of {limit} bytes',
    'ask for less at a time; "maxMessageBytes" sets the limit',
    ['bytes', 'limit'],
  ),
  RESOURCE_SESSIONS_FULL: entry(
    true,
    'too many sessions are open, {limit} at most',
    'end those that are not used, or raise "holdfast.gateway.maxSessions"',
    ['limit'],
  ),
  RESOURCE_BUFFER_FULL: entry(
    true,
    'too much is being received at the same time',
    'send it again in a moment; "holdfast.gateway.bufferBytes" sets the limit',
  ),
  RESOURCE_PORT_TAKEN: entry(
    false,
    'cannot listen on port {port}[ of {host}][: {why}]',
    'end the program that holds it, or choose another with --port or "holdfast.gateway.port"',
    ['port'],
  ),
  RESOURCE_PACKAGE_MISSING: entry(
    false,
    'a package that the configuration asks for is not installed[: {package}]',
    'install it where Holdfast is installed[ (npm install {package})], or switch off what needs it',
  ),
  RESOURCE_ADDRESS: entry(
    false,
    'cannot listen at this address[: {host}][, port {port}][ ({why})]',
    'name an address of this machine with --host or "holdfast.gateway.host", and a port with --port or "holdfast.gateway.port"',
    ['port', 'why'],
  ),
  RESOURCE_MEMORY: entry(
    true,
    'there was not enough memory for the server[ ({how})]',
    'free memory on this machine; a Node server gets more by NODE_OPTIONS=--max-old-space-size=4096 in "env"',
    ['how'],
  ),
  RESOURCE_LIMIT_MEMORY: entry(
    true,
    'the server needed more memory than it may have[: {used} MiB][, at most {limit} MiB]',
    'raise "limits.memoryMb", or find out what makes it grow',
    ['used', 'limit'],
  ),
  RESOURCE_LIMIT_PROCESSES: entry(
    true,
    'the server had more processes than it may have[: {used}][, at most {limit}]',
    'raise "limits.processes", or find out what it starts and does not end',
    ['used', 'limit'],
  ),
  RESOURCE_LIMIT_CPU: entry(
    true,
    'the server used more processor time over a minute than it may[: {used} % of a core][, at most {limit} %]',
    'raise "limits.cpuPercent", or find out what keeps it busy',
    ['used', 'limit'],
  ),
  RESOURCE_FILES: entry(
    true,
    'too many files are open or watched',
    'close other programs, or raise the limit (ulimit -n; fs.inotify.max_user_watches for watched files)',
  ),
  RESOURCE_PROCESSES: entry(
    true,
    'the system cannot start more processes or threads',
    'end other programs, or raise the limit (ulimit -u)',
  ),
  RESOURCE_PORTS: entry(
    true,
    'a network port that the server needs cannot be had[: {port}]',
    'end the program that holds it, perhaps an older copy of the same server, or give the server another port',
    ['port'],
  ),
  RESOURCE_DISK: entry(
    true,
    'there is no space left on the disk',
    'free space; npx and uvx keep old packages in their caches (npm cache clean --force, uv cache prune)',
  ),
  RESOURCE_FILE_UNWRITABLE: entry(
    false,
    'cannot write the file[ {file}][ ({why})]',
    'nothing in it was changed: see who may write there, and close programs that hold it open',
  ),
} as const satisfies Record<`RESOURCE_${string}`, CatalogueEntry>;
