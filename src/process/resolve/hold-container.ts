import { type ContainerRun, parseContainerRun } from './container-run.ts';
import { commandName, type Place, pathsOf } from './place.ts';
import type { FoundCommand, Start } from './start.ts';

/**
 * Sees to a server that is started by `docker run` or `podman run`: its container is the engine's child and not ours, so that it
 * must be named to be ended. Adds the options that are the same at each start, and says what must be known to add the others.
 *
 * @param asWritten the command must be left alone
 */
export function holdContainer(place: Place, found: FoundCommand, asWritten: boolean, start: Start): Start {
  const program = commandName(place.os, found.command).replace(/\.exe$/i, '');
  if (program !== 'docker' && program !== 'podman') return start;
  const run = parseContainerRun(program, found.args);
  if (run === null) return start;
  const notHeld = (why: string): Start => ({
    ...start,
    notes: [`its container is not ended with it: ${why}; "${program} ps" shows what stays`],
  });
  if ('unclear' in run) return notHeld(`the option "${run.unclear}" before "run" is not known here`);
  if (asWritten) return notHeld('"launch" is "as-written", so that nothing is added to the command');
  if (start.args !== found.args) return notHeld(`${found.file} is a script, of which something else is started`);

  // Podman takes its init from a package of its own: where that is missing, a server that ran would not start any more.
  const added = program === 'docker' && !run.saysInit ? ['--init'] : [];
  const { isRemoved, globals, optionsAt } = run;
  const args = [...found.args.slice(0, optionsAt), ...added, ...found.args.slice(optionsAt)];
  const cidFile = run.cidFile === null ? null : pathsOf(place).resolve(place.cwd, run.cidFile);
  return {
    ...start,
    args,
    launch: 'resolved',
    why: `${start.why}; ${run.image === null ? 'its container' : `the container of ${run.image}`} is ended with it`,
    container: { globals, optionsAt, cidFile, takesCidFile: mayAddCidFile(place, start.file, run), isRemoved },
    notes: notesOf(program, run),
  };
}

/** Snaps see folders of their own, and a program for Windows does not know our paths. A second one would take the place of the user's. */
function mayAddCidFile({ os }: Place, file: string, { cidFile, unknown }: ContainerRun): boolean {
  const isElsewhere = /\/snap\/bin\//.test(file) || (os !== 'windows' && /\.exe$/i.test(file));
  return cidFile === null && unknown === null && !isElsewhere;
}

function notesOf(program: string, { unknown, isInteractive, isDetached, isRemoved }: ContainerRun): string[] {
  // What stands behind an option that is not known may be all that is missing here.
  if (unknown !== null) return [];
  const notes: string[] = [];
  if (!isInteractive) {
    notes.push(
      `"${program} run" without -i gives the server no stdin, so that it hears nothing: add "-i" before the image`,
    );
  }
  if (isDetached) notes.push(`"${program} run" with -d leaves at once, so that nobody hears the server: take "-d" out`);
  if (!isRemoved)
    notes.push('each start leaves a stopped container: add "--rm" before the image unless they are wanted');
  return notes;
}
