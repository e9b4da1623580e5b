/**
 * Holdfast as a library: `createManager` starts, supervises and heals MCP servers; `SupervisedStdioTransport` gives one server's
 * supervision to a client of the official SDK.
 */

export type {
  Config,
  ConfigWarning,
  ProcessServer,
  RemoteServer,
  ServerConfig,
  ServerOptions,
} from './config/types.ts';
export type { Code } from './errors/catalogue.ts';
export { ConfigError, type ConfigIssue } from './errors/config-error.ts';
export { type Category, type ClientError, HoldfastError } from './errors/holdfast-error.ts';
export type { Site } from './gateway/open-routes.ts';
export {
  type CallToolResult,
  type ConfigurationStatus,
  type ContainmentStatus,
  createManager,
  type Endpoint,
  type ListenOptions,
  type LogsStatus,
  type Manager,
  type ManagerOptions,
  type NetworkStatus,
  type ReloadReport,
  type StopReport,
} from './manager.ts';
export type { Handler, HandlerContext, Handlers } from './session/host-handlers.ts';
export type { Progress, RequestOptions } from './supervisor/client.ts';
export type { Listed } from './supervisor/lists.ts';
export type { InstanceStatus, ServerStatus } from './supervisor/status.ts';
export type { Fault, Health, HoldfastEvent, ServerState } from './telemetry/events.ts';
export {
  type JsonRpcMessage,
  type SupervisedStdioOptions,
  SupervisedStdioTransport,
  type SupervisionOptions,
} from './transport.ts';
