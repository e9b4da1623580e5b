import type { Os } from './platform.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** One variable's value; on Windows whatever the case of its name. */
export function readVariable(os: Os, env: Variables, name: string): string | undefined {
  return env[variableKey(os, env, name)];
}

/** The name as the environment spells it; as it was asked for where the environment has none. */
export function variableKey(os: Os, env: Variables, name: string): string {
  if (os !== 'windows' || name in env) return name;
  return Object.keys(env).find(key => key.toUpperCase() === name.toUpperCase()) ?? name;
}
