import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readHolder } from '../../daemon/instance-lock.ts';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import { os } from '../../platform/platform.ts';
import { ask } from '../ask.ts';
import { type Cli, note, print, printJson } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { orders, planOfInstalled, planService, type ServicePlan } from '../service/plan.ts';
import { Systemctl } from '../service/systemctl.ts';
import { MARK } from '../service/systemd-unit.ts';

export interface ServiceOptions {
  /** Show what would be done, and do nothing. */
  readonly isDry: boolean;
  /** Do not ask. */
  readonly isYes: boolean;
}

/** Makes the operating system run the manager from login on. Where that is not systemd, it prints what to give to it. */
export async function install(cli: Cli, { isDry, isYes }: ServiceOptions): Promise<ExitCode> {
  const plan = await planService(cli, os);
  if (isDry || os !== 'linux') return showPlan(cli, plan);
  const { name, file, content } = plan;
  const systemctl = new Systemctl(cli.env);
  await ours(plan, 'overwritten');
  const state = await systemctl.show(`${name}.service`);
  const holder = await readHolder(plan.stateDir);
  if (holder !== null && holder.pid !== state?.pid) {
    const hint = 'end it with "holdfast down" first: the service runs a manager of its own';
    throw new HoldfastError('PROCESS_MANAGER_RUNNING', {
      details: { pid: holder.pid, stateDir: plan.stateDir },
      hint,
      isHintOpen: true,
    });
  }
  if (!cli.options.json) note(cli, `${file}:\n\n${content}`);
  const question = state === null ? 'write it?' : 'write it, and start it now and at each login?';
  const answer = await ask(cli, question, isYes);
  if (answer !== 'yes') {
    note(cli, 'nothing was done');
    return answer === 'interrupted' ? EXIT.interrupted : EXIT.done;
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content, { mode: 0o600 });
  if (state !== null) for (const order of orders(name)) await systemctl.order(...order);
  if (cli.options.json) printJson(cli, { ...told(plan), isWritten: true, isStarted: state !== null });
  else print(cli, [`${state === null ? 'written' : 'installed and started'}: ${file}`]);
  if (state === null) tellCommands(cli, plan, 'no systemd of this user answers; where it does, type');
  tellMissing(cli, plan);
  if (state !== null) note(cli, 'it runs while you are logged in; from boot on: loginctl enable-linger');
  return EXIT.done;
}

/** Stops the service and removes what `install` has written; nothing else. */
export async function uninstall(cli: Cli, { isDry }: ServiceOptions): Promise<ExitCode> {
  const plan = await planOfInstalled(cli, os);
  const { name, file } = plan;
  if (os !== 'linux') {
    const commands =
      os === 'macos'
        ? [`launchctl bootout gui/$(id -u) "${file}"`, `rm "${file}"`]
        : [`Unregister-ScheduledTask -TaskName ${name} -Confirm:$false`, 'holdfast down'];
    if (cli.options.json) printJson(cli, { name, file, isRemoved: false, commands });
    else print(cli, commands);
    return EXIT.done;
  }
  const isThere = await ours(plan, 'removed');
  if (isThere && !isDry) {
    const systemctl = new Systemctl(cli.env);
    const isKnown = (await systemctl.show(`${name}.service`)) !== null;
    if (isKnown) await systemctl.order('disable', '--now', `${name}.service`);
    await rm(file);
    if (isKnown) await systemctl.order('daemon-reload');
  }
  const words = !isThere ? 'is not installed' : isDry ? 'would be stopped and removed' : 'is stopped and removed';
  if (cli.options.json) printJson(cli, { name, file, isRemoved: isThere && !isDry });
  else print(cli, [`${file} ${words}`]);
  return EXIT.done;
}

/** Whether the service is installed, what systemd says of it, and whether its manager runs. */
export async function serviceStatus(cli: Cli): Promise<ExitCode> {
  const plan = await planOfInstalled(cli, os);
  const { name, file, stateDir } = plan;
  const found = os === 'linux' ? await textOf(file) : null;
  const unit = os === 'linux' ? await new Systemctl(cli.env).show(`${name}.service`) : null;
  const holder = await readHolder(stateDir);
  const manager = holder === null ? null : { pid: holder.pid, url: holder.url, isOfService: holder.pid === unit?.pid };
  const isCurrent = found === plan.content;
  if (cli.options.json) printJson(cli, { name, file, isInstalled: found !== null, isCurrent, unit, manager });
  else {
    const written =
      found === null ? 'not installed' : isCurrent ? file : `${file} (install again to bring it up to date)`;
    const running = manager === null ? 'not running' : `pid ${manager.pid}, ${manager.url ?? 'not yet listening'}`;
    const whose = manager === null || manager.isOfService ? '' : ', not started by the service';
    print(cli, [
      `unit     ${os === 'linux' ? written : `see "holdfast service install" for this system`}`,
      ...(os === 'linux'
        ? [`systemd  ${unit === null ? 'does not answer' : [unit.active, unit.enabled].filter(Boolean).join(', ')}`]
        : []),
      `manager  ${running}${whose}`,
    ]);
  }
  return manager === null ? EXIT.noManager : EXIT.done;
}

/** The file is the result, so that it can be sent to where it belongs; how to go on is for people. */
function showPlan(cli: Cli, plan: ServicePlan): ExitCode {
  if (cli.options.json) {
    printJson(cli, { ...told(plan), isWritten: false, isStarted: false });
    return EXIT.done;
  }
  cli.stdout.write(plan.content);
  tellCommands(cli, plan, `\nput this into ${plan.file}, then type`);
  tellMissing(cli, plan);
  return EXIT.done;
}

const told = ({ name, file, content, commands, envFile, missing }: ServicePlan): object => ({
  name,
  file,
  content,
  commands,
  envFile,
  missing,
});

function tellCommands(cli: Cli, { commands }: ServicePlan, how: string): void {
  note(cli, [`${how}:`, ...commands.map(command => `  ${command}`)].join('\n'));
}

function tellMissing(cli: Cli, { missing, envFile }: ServicePlan): void {
  if (missing.length === 0) return;
  const where =
    envFile === null
      ? 'give them defaults in it, or values'
      : `write them into ${envFile}, one NAME=value a line, mode 0600`;
  note(cli, `the service does not have variables that the configuration refers to: ${missing.join(', ')}; ${where}`);
}

/** Whether there is a unit; @throws HoldfastError PROCESS_SERVICE_REFUSED where somebody else has written it */
async function ours({ file }: ServicePlan, verb: string): Promise<boolean> {
  const found = await textOf(file);
  if (found === null) return false;
  if (found.startsWith(MARK)) return true;
  throw new HoldfastError('PROCESS_SERVICE_REFUSED', {
    details: { why: `${file} was not written by Holdfast, and is not ${verb}`, file },
    hint: 'look at it, and move it away if it is of no use',
    isHintOpen: true,
  });
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
