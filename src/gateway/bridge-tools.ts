import { isObject } from '../config/is-object.ts';

interface Hints {
  readonly readOnlyHint?: unknown;
  readonly idempotentHint?: unknown;
}

/** What is known of tools from the lists that have gone by: whether a call of one may be repeated. */
export class BridgeTools {
  #hints = new Map<string, Hints>();

  /** One page of `tools/list`; the first one begins anew. */
  learn(result: unknown, isFirst: boolean): void {
    if (!isObject(result) || !Array.isArray(result.tools)) return;
    if (isFirst) this.#hints = new Map();
    for (const tool of result.tools as readonly unknown[]) {
      if (!isObject(tool) || typeof tool.name !== 'string') continue;
      this.#hints.set(tool.name, isObject(tool.annotations) ? tool.annotations : {});
    }
  }

  /** Null for one that was on no list. */
  hints(tool: string): Hints | null {
    return this.#hints.get(tool) ?? null;
  }
}
