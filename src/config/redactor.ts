import { redactSecrets } from '../errors/redact.ts';
import { secretsOf } from './secrets.ts';
import type { Config } from './types.ts';

/** Takes secrets out of texts: those of every configuration that there was, since what runs may still know an old one. */
export class Redactor {
  readonly #secrets = new Set<string>();
  #redact: (text: string) => string = text => text;

  /** `secrets` are not of a configuration. */
  constructor(config: Pick<Config, 'servers'>, secrets: readonly string[] = []) {
    this.hide(secrets);
    this.add(config);
  }

  add({ servers }: Pick<Config, 'servers'>): void {
    this.hide(servers.flatMap(secretsOf));
  }

  hide(secrets: readonly string[]): void {
    for (const secret of secrets) this.#secrets.add(secret);
    this.#redact = redactSecrets([...this.#secrets]);
  }

  readonly redact = (text: string): string => this.#redact(text);
}
