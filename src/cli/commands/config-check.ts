import { homedir } from 'node:os';
import { loadConfig } from '../../config/load.ts';
import type { Config, RemoteServer } from '../../config/types.ts';
import { ConfigError, type ConfigIssue, formatIssue } from '../../errors/config-error.ts';
import { redactDeep } from '../../errors/redact-deep.ts';
import { explain } from '../../process/resolve/explain.ts';
import { type Cli, print, printJson } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findConfig, shortPath } from '../places.ts';
import { count } from '../render/units.ts';
import { findPlan, planError, planFacts, remoteFacts, type ServerPlan } from '../server-plan.ts';

/** Tells every mistake and oddity of a configuration, and with `explain` what will run for each server. Starts nothing. */
export async function configCheck(cli: Cli, named: string | undefined, withPlans: boolean): Promise<ExitCode> {
  const file = findConfig(named === undefined ? cli : { ...cli, options: { ...cli.options, config: named } });
  let config: Config;
  try {
    config = await loadConfig(file, cli.env, homedir());
  } catch (error) {
    // With --json the common form of errors lists the mistakes too.
    if (!(error instanceof ConfigError) || cli.options.json) throw error;
    print(cli, [
      ...error.issues.map(issue => place(issue, cli)),
      '',
      cli.theme.bad(count(error.issues.length, 'mistake')),
    ]);
    return EXIT.config;
  }
  const findings = withPlans ? await Promise.all(config.servers.map(server => findPlan(server, cli))) : [];
  if (cli.options.json) printJson(cli, asJson(config, findings));
  else print(cli, [...asText(config, cli), ...findings.flatMap(finding => explained(finding, cli))]);
  return EXIT.done;
}

function place(issue: ConfigIssue, cli: Cli): string {
  return formatIssue({ ...issue, file: shortPath(issue.file, cli.cwd) });
}

function asText({ file, servers, disabled, warnings }: Config, cli: Cli): string[] {
  const { theme } = cli;
  const others = disabled.length === 0 ? '' : `; disabled: ${disabled.join(', ')}`;
  const name = file === null ? '' : shortPath(file, cli.cwd);
  return [
    ...warnings.map(warning => `${place(warning, cli)} ${theme.warn('(warning)')}`),
    ...(warnings.length === 0 ? [] : ['']),
    // They fail alone, and only where they are started; an environment of another day may have the variable.
    ...servers.flatMap(({ name: server, problem }) =>
      problem === undefined ? [] : [`${server} cannot run here: ${problem} ${theme.warn('(warning)')}`, ''],
    ),
    `${theme.good('good')}  ${name}: ${count(servers.length, 'server')}${others}`,
  ];
}

function explained({ server, plan, error, redact }: ServerPlan, { theme }: Cli): string[] {
  const lines =
    error !== null
      ? [theme.bad(`cannot run  ${error.message}`), `do          ${error.hint}`]
      : [...(plan === null ? [] : explain(plan)), ...(server.kind === 'remote' ? explainRemote(server) : [])];
  return ['', theme.strong(server.name), ...lines.map(line => `  ${redact(line)}`)];
}

/** In the columns of `explain`. */
function explainRemote(server: RemoteServer): string[] {
  const { url, headers } = remoteFacts(server);
  return [`asks      ${url}`, ...(headers.length === 0 ? [] : [`headers   ${headers.join(' ')}`])];
}

function asJson({ file, servers, disabled, warnings }: Config, findings: readonly ServerPlan[]): unknown {
  const plans = new Map(findings.map(finding => [finding.server.name, planOf(finding)]));
  return {
    file,
    servers: servers.map(({ name }) => ({ name, ...(plans.get(name) ?? {}) })),
    disabled,
    issues: [],
    warnings,
  };
}

/** Names of variables, never their values. */
function planOf(found: ServerPlan): object {
  const { server, plan, error, redact } = found;
  if (error !== null) return { plan: null, error: planError(found) };
  if (plan === null) return { plan, ...(server.kind === 'remote' ? { remote: remoteFacts(server) } : {}), error };
  const env = Object.keys(plan.env).sort();
  return { plan: { ...redactDeep(planFacts(plan), redact), env, withheld: plan.withheld }, error: null };
}
