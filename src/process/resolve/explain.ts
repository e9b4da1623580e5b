import type { LaunchPlan } from '../launch-plan.ts';

/** What will run, from where and why, one fact a line; names of variables, never their values. */
export function explain(plan: LaunchPlan): string[] {
  const lines = [
    `runs      ${[plan.file, ...plan.args].map(plan.verbatim === true ? text => text : readable).join(' ')}`,
    `in        ${plan.cwd}`,
    `launch    ${plan.launch}: ${plan.why}`,
  ];
  if (plan.package !== undefined) lines.push(`package   ${plan.package.name}@${plan.package.version}`);
  if (plan.mayDownload) lines.push('download  the first start may have to fetch it, and gets the longer deadline');
  lines.push(`env       ${Object.keys(plan.env).sort().join(' ')}`);
  if (plan.withheld.length > 0) lines.push(`withheld  ${plan.withheld.join(' ')}`);
  return lines;
}

const readable = (text: string): string => (/^[\w@%+=:,./\\-]+$/.test(text) ? text : JSON.stringify(text));
