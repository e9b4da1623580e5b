import type { Code } from '../errors/catalogue.ts';
import { ConfigError } from '../errors/config-error.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { OutputError } from './output-errors.ts';
import { UsageError } from './usage-error.ts';

/** What scripts may rely on; `holdfast --help` lists them. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  config: 3,
  noManager: 4,
  unavailable: 5,
  toolError: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const ofCode: Partial<Record<Code, ExitCode>> = {
  TOOL_SERVER_UNKNOWN: EXIT.usage,
  TOOL_UNKNOWN: EXIT.usage,
  TOOL_BAD_REQUEST: EXIT.usage,
  TOOL_CALL_FAILED: EXIT.toolError,
  TOOL_CALL_CANCELLED: EXIT.interrupted,
  TOOL_CALL_TIMEOUT: EXIT.failed,
  CONNECTION_NO_MANAGER: EXIT.noManager,
  CONNECTION_MANAGER_SILENT: EXIT.failed,
  PROCESS_MANAGER_RUNNING: EXIT.failed,
  PROCESS_BACKGROUND_REFUSED: EXIT.failed,
  PROCESS_BACKGROUND_ENDED: EXIT.failed,
  PROCESS_SERVICE_REFUSED: EXIT.failed,
  RESOURCE_MESSAGE_TOO_LARGE: EXIT.failed,
  RESOURCE_PORT_TAKEN: EXIT.failed,
  RESOURCE_ADDRESS: EXIT.failed,
  RESOURCE_FILE_UNWRITABLE: EXIT.failed,
};

/** The exit code of a command that ended with this error. Whatever else befalls a server makes it "not available". */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof OutputError) return EXIT.failed;
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof ConfigError) return EXIT.config;
  if (error instanceof HoldfastError) return ofCode[error.code] ?? EXIT.unavailable;
  return EXIT.failed;
}
