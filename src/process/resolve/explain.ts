import type { ContainerPlan, LaunchPlan } from '../launch-plan.ts';

/** What will run, from where and why, one fact a line; names of variables, never their values. */
export function explain(plan: LaunchPlan): string[] {
  const lines = [
    `runs      ${[plan.file, ...plan.args].map(plan.verbatim === true ? text => text : readable).join(' ')}`,
    `in        ${plan.cwd}`,
    `launch    ${plan.launch}: ${plan.why}`,
  ];
  if (plan.package !== undefined) lines.push(`package   ${plan.package.name}@${plan.package.version}`);
  if (plan.container !== undefined) lines.push(`container ${containerWords(plan.container)}`);
  for (const note of plan.notes ?? []) lines.push(`note      ${note}`);
  if (plan.mayDownload) lines.push('download  the first start may have to fetch it, and gets the longer deadline');
  lines.push(`env       ${Object.keys(plan.env).sort().join(' ')}`);
  if (plan.withheld.length > 0) lines.push(`withheld  ${plan.withheld.join(' ')}`);
  return lines;
}

/** Each start has a mark of its own, so that the command as it will run can only be described. */
const containerWords = ({ takesCidFile }: ContainerPlan): string =>
  `ended by its id; each start adds ${takesCidFile ? '--cidfile and ' : ''}two labels of its own`;

const readable = (text: string): string => (/^[\w@%+=:,./\\-]+$/.test(text) ? text : JSON.stringify(text));
