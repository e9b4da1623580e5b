import type { CallToolResult } from './manager-api.ts';
import type { ListKind } from './session/catalogue.ts';
import type { Client, RequestOptions } from './supervisor/client.ts';
import type { Listed } from './supervisor/lists.ts';

/** What a manager can ask of its servers, in the words of the protocol. */
export abstract class Verbs {
  abstract readonly servers: readonly string[];

  protected abstract clientOf(server: string): Client;
  protected abstract list(kind: ListKind, server?: string, options?: RequestOptions): Promise<Listed[]>;

  listTools(server?: string, options?: RequestOptions): Promise<Listed[]> {
    return this.list('tools', server, options);
  }

  listResources(server?: string, options?: RequestOptions): Promise<Listed[]> {
    return this.list('resources', server, options);
  }

  listResourceTemplates(server?: string, options?: RequestOptions): Promise<Listed[]> {
    return this.list('resourceTemplates', server, options);
  }

  listPrompts(server?: string, options?: RequestOptions): Promise<Listed[]> {
    return this.list('prompts', server, options);
  }

  async callTool(server: string, tool: string, args: object = {}, options?: RequestOptions): Promise<CallToolResult> {
    return (await this.clientOf(server).callTool(tool, args, options)) as CallToolResult;
  }

  readResource(server: string, uri: string, options?: RequestOptions): Promise<unknown> {
    return this.request(server, 'resources/read', { uri }, options);
  }

  getPrompt(server: string, name: string, args: object = {}, options?: RequestOptions): Promise<unknown> {
    return this.request(server, 'prompts/get', { name, arguments: args }, options);
  }

  complete(server: string, params: object, options?: RequestOptions): Promise<unknown> {
    return this.request(server, 'completion/complete', params, options);
  }

  async setLogLevel(server: string, level: string, options?: RequestOptions): Promise<void> {
    await this.request(server, 'logging/setLevel', { level }, options);
  }

  async subscribe(server: string, uri: string, options?: RequestOptions): Promise<void> {
    await this.request(server, 'resources/subscribe', { uri }, options);
  }

  async unsubscribe(server: string, uri: string, options?: RequestOptions): Promise<void> {
    await this.request(server, 'resources/unsubscribe', { uri }, options);
  }

  rootsChanged(): void {
    for (const server of this.servers) this.clientOf(server).notify('notifications/roots/list_changed');
  }

  async request(server: string, method: string, params: object = {}, options?: RequestOptions): Promise<unknown> {
    return this.clientOf(server).request(method, params, options);
  }

  async requestRaw(server: string, text: string, options?: RequestOptions): Promise<string> {
    return this.clientOf(server).requestRaw(text, options);
  }
}
