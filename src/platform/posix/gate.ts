// A server begins behind a gate: a shell in its place, with its pid, group and session, that becomes the program only when it is
// told to. If we end before that, the shell does too, and the program has never run.

import { access } from 'node:fs/promises';
import type { Duplex } from 'node:stream';

const SHELL = '/bin/sh';
/** The file descriptor on which the gate listens; the program does not get it. */
const GATE_FD = 3;

/** What shells set for themselves and would hand on; bash hands on SHLVL all the same. */
const ADDED = ['PWD', 'OLDPWD', 'SHLVL', '_'];
/** What shells (dash, bash, busybox) do not take from their environment as it is. */
const ALTERED =
  /^(?:IFS|OPTIND|OPTARG|PPID|PS[0-4]|E?UID|GROUPS|SHELLOPTS|BASHOPTS|BASH.*|LINENO|RANDOM|SECONDS|POSIXLY_CORRECT)$/;

export type Gate =
  | { readonly file: string; readonly args: readonly string[]; readonly why: null }
  /** `why` says for people why there can be none. */
  | { readonly file: null; readonly why: string };

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The command that waits at the gate and then becomes the program. */
export function gateFor({ file, args, env }: Program, shell = SHELL): Gate {
  const lost = Object.keys(env).find(name => !/^[A-Za-z_]\w*$/.test(name) || ALTERED.test(name));
  if (lost !== undefined) return { file: null, why: `no shell hands on a variable named "${lost}"` };
  const added = ADDED.filter(name => env[name] === undefined).join(' ');
  const script = [
    `read -r _ <&${GATE_FD} || exit`,
    ...(added === '' ? [] : [`unset ${added}`]),
    `exec "$@" ${GATE_FD}<&-`,
  ];
  return { file: shell, args: ['-c', script.join('; '), 'holdfast-gate', file, ...args], why: null };
}

/** Lets the program begin. */
export function openGate(gate: Duplex): void {
  // Whoever waited there may have been ended: its exit tells.
  gate.on('error', () => {});
  gate.end('\n', () => gate.destroy());
}

let hasShell: Promise<boolean> | undefined;

/** Images without any shell have no gate, and no guardian. */
export function isShellThere(): Promise<boolean> {
  hasShell ??= access(SHELL).then(
    () => true,
    () => false,
  );
  return hasShell;
}
