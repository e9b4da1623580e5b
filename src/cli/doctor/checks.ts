import { accountCheck } from './account.ts';
import type { Check, World } from './check.ts';
import { configurationCheck } from './configuration.ts';
import { containmentCheck, jobCheck } from './containment.ts';
import { guardianCheck, leftoversCheck } from './leftovers.ts';
import { dnsCheck, localhostCheck } from './names.ts';
import { nodeCheck, npmCheck } from './node-and-npm.ts';
import { certificatesCheck, proxyCheck, winsockCheck } from './outside.ts';
import { portCheck, portsCheck } from './port.ts';
import { pythonCheck } from './python.ts';
import { pathCheck, pathextCheck } from './search-path.ts';
import { serverChecks } from './servers.ts';
import { stateFolderCheck } from './state-folder.ts';
import { codePageCheck, longPathsCheck } from './windows-settings.ts';

/** All checks, in the order of the report. */
export const checksFor = (world: World): readonly Check[] => [
  nodeCheck,
  npmCheck,
  pathCheck,
  pathextCheck,
  pythonCheck,
  containmentCheck,
  guardianCheck,
  jobCheck,
  accountCheck,
  codePageCheck,
  longPathsCheck,
  winsockCheck,
  dnsCheck,
  localhostCheck,
  proxyCheck,
  certificatesCheck,
  portCheck,
  portsCheck,
  stateFolderCheck,
  leftoversCheck,
  configurationCheck,
  ...serverChecks(world),
];
