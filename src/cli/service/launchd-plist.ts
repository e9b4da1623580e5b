import type { Service } from './definition.ts';
import { xmlText } from './xml.ts';

/** How launchd calls it. */
export const labelOf = ({ name }: Pick<Service, 'name'>): string => `dev.holdfast.${name}`;

/** A launch agent of macOS: it starts at login, and again after a failure. */
export function launchdPlist(service: Service): string {
  const { program, args, path, stopSeconds } = service;
  const words = [program, ...args].map(word => `    <string>${xmlText(word)}</string>`);
  const environment =
    path === null
      ? ''
      : `  <key>EnvironmentVariables</key>
  <dict>
    <key>PATH</key>
    <string>${xmlText(path)}</string>
  </dict>
`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${xmlText(labelOf(service))}</string>
  <key>ProgramArguments</key>
  <array>
${words.join('\n')}
  </array>
${environment}  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ExitTimeOut</key>
  <integer>${stopSeconds}</integer>
</dict>
</plist>
`;
}
