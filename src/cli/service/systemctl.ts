import { execFile } from 'node:child_process';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import type { Cli } from '../context.ts';

/** It waits for a unit to stop, which may take as long as the unit says. */
const PATIENCE_MS = 10 * 60_000;

/** How the user's systemd sees a unit. */
export interface UnitState {
  /** `active`, `inactive`, `failed` … */
  readonly active: string;
  /** `enabled`, `disabled`; empty where it does not know the unit. */
  readonly enabled: string;
  /** 0 where nothing runs. */
  readonly pid: number;
}

/** The user's systemd, by the program `systemctl`. */
export class Systemctl {
  readonly #env: Cli['env'];

  constructor(env: Cli['env']) {
    this.#env = env;
  }

  /** Null where there is no systemd, or none that answers. */
  async show(unit: string): Promise<UnitState | null> {
    const answer = await this.#run(['show', '--property=ActiveState,UnitFileState,MainPID', unit]);
    if (answer.code !== 0) return null;
    const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(answer.stdout)?.[1] ?? '';
    return { active: value('ActiveState'), enabled: value('UnitFileState'), pid: Number(value('MainPID')) || 0 };
  }

  /** @throws HoldfastError PROCESS_SERVICE_REFUSED, with what systemd says */
  async order(...args: readonly string[]): Promise<void> {
    const { code, stderr } = await this.#run(args);
    if (code === 0) return;
    const [why = `it ended with ${code}`] = stderr.trim().split('\n');
    const command = orderLine(args);
    throw new HoldfastError('PROCESS_SERVICE_REFUSED', {
      details: { why: `"${command}": ${why}`, command, code },
      hint: `mend that, then run "${command}" again; "journalctl --user" has more`,
      isHintOpen: true,
    });
  }

  #run(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((resolve, reject) => {
      const options = { env: { ...this.#env }, timeout: PATIENCE_MS };
      execFile('systemctl', ['--user', ...args], options, (error, stdout, stderr) => {
        if (error === null) return resolve({ code: 0, stdout, stderr });
        if (error.code === 'ENOENT') return resolve({ code: ABSENT, stdout, stderr: 'there is no systemctl' });
        if (typeof error.code === 'number') return resolve({ code: error.code, stdout, stderr });
        reject(error);
      });
    });
  }
}

/** As shells tell that there is no such program. */
const ABSENT = 127;

/** For people who type it themselves. */
export const orderLine = (args: readonly string[]): string => ['systemctl', '--user', ...args].join(' ');
