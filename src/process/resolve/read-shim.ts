/** What an npm-made `.cmd` file runs. */
export interface Shim {
  /** The script or program, relative to the shim's folder, with backslashes. */
  readonly target: string;
  /** `node` where the target is a script for it, `self` where the target is a program. */
  readonly runner: 'node' | 'self';
  /** Options between `node` and the script, from the script's first line. */
  readonly options: readonly string[];
}

interface Start {
  readonly program: string | undefined;
  readonly options: readonly string[];
  readonly target: string;
}

/** The lines around the start that change nothing for whoever runs the target without the shim. */
const FRAME = [
  /^$/,
  /^::/,
  /^\)( ELSE \()?$/i,
  /^@?(ECHO off|SETLOCAL|GOTO start|CALL :find_dp0|EXIT \/b)$/i,
  /^:(find_dp0|start)$/i,
  /^SET dp0=%~dp0$/i,
  /^@?IF EXIST "%~?dp0%?\\[^"]*" \($/i,
  /^@?SET PATHEXT=%PATHEXT:;\.JS;=;%$/i,
];
const PROGRAM = /^SET "_prog=([^"]*)"$/i;
const START = /^@?(?:endLocal & goto #_undefined_# 2>NUL \|\| title %COMSPEC% & )?(.*)"%~?dp0%?\\?([^"%]+)"\s+%\*$/i;

/**
 * Reads a shim as npm, yarn and corepack write them. A file with any other line is `undefined`: it may change the folder or
 * set variables, so it must be left to do that itself.
 */
export function readShim(text: string): Shim | undefined {
  const runners: string[] = [];
  const starts: Start[] = [];
  for (const line of text.split('\n').map(line => line.trim())) {
    const program = PROGRAM.exec(line)?.[1];
    const start = program === undefined ? parseStart(line) : undefined;
    if (program !== undefined) runners.push(program);
    else if (start !== undefined) starts.push(start);
    else if (!FRAME.some(pattern => pattern.test(line))) return undefined;
  }

  const [first] = starts;
  // Old shims start one script in two places, with the node beside them or the one on PATH; two scripts are no shim.
  if (first === undefined || starts.some(start => start.target !== first.target)) return undefined;

  runners.push(...starts.flatMap(start => start.program ?? []).filter(program => program !== '%_prog%'));
  if (runners.length === 0) return /\.(?:exe|com)$/i.test(first.target) ? shim(first, 'self') : undefined;
  return runners.every(runner => /^(?:%~?dp0%?\\)?node(?:\.exe)?$/i.test(runner)) ? shim(first, 'node') : undefined;
}

function shim({ target, options }: Start, runner: Shim['runner']): Shim {
  return { target, runner, options };
}

function parseStart(line: string): Start | undefined {
  const parts = START.exec(line);
  const target = parts?.[2];
  const before = /^(?:"([^"]+)"|([\w.-]+))?((?:\s+[^\s"%^&|<>()]+)*)\s*$/.exec(parts?.[1] ?? '');
  if (target === undefined || before === null) return undefined;
  const options = (before[3] ?? '').split(/\s+/).filter(option => option !== '');
  return { program: before[1] ?? before[2], options, target };
}
