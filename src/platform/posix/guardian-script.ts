// The program of the guardian: POSIX shell alone, since that is everywhere and takes 2 MB. Tried with dash, bash and busybox.
//
// $1 is what the cookies of all processes of this manager have in common, $2 how processes are looked up: `proc` or `ps`.
// On stdin: `+ PID START FOLDER` for a life (START as in `ProcessEntry.startedAt`, with `_` for spaces; FOLDER of its cgroup, or `-`),
// `* PID WORDS` for the container of a life (`container-words.ts`), `- PID` for one whose processes are gone, `end` where nothing is left to do. The end of stdin is the end of the manager. The one line
// on stdout says that signals do not end it any more.

import { COOKIE } from '../cookie.ts';

export const GUARDIAN = `# Holdfast's guardian: once its manager is gone, it ends what the servers have left.
trap '' INT TERM HUP
mark=$1 look=$2 nl='
'
IFS=$nl
set -f
known= held=

# Sets kept: the entries of $2 without those of the process $1.
without() {
  kept=
  for entry in $2; do
    case $entry in "$1 "*) ;; *) kept=$kept$entry$nl ;; esac
  done
}
forget() {
  without "$1" "$known"; known=$kept
  without "$1" "$held"; held=$kept
}

# Sets start: when the process $1 began; empty where there is none.
look_up() {
  start=
  if [ "$look" = proc ]; then
    { IFS= read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
    IFS=' '; set -- \${stat##*) }; IFS=$nl
    start=\${20}
  else
    IFS=' '; set -- $(LC_ALL=C TZ=UTC ps -o lstart= -p "$1"); IFS=_; start="$*"; IFS=$nl
  fi
}

signal() {
  kill -s "$1" -- "$2" 2>/dev/null
  [ "$1" = KILL ] || kill -s CONT -- "$2" 2>/dev/null
}

# Sends the signal $1 to every group that is still the one that was told to us. A number without a process is that of a group, if any.
groups() {
  for entry in $known; do
    pid=\${entry%% *} rest=\${entry#* }
    look_up "$pid"
    [ -z "$start" ] || [ "$start" = "\${rest%% *}" ] || continue
    signal "$1" "-$pid"
  done
}

# What has a cgroup cannot leave it: told by its members, ended by the kernel.
cgroups() {
  for entry in $known; do
    rest=\${entry#* } folder=\${entry#* * }
    [ "$folder" != - ] || continue
    if [ "$1" = KILL ]; then
      { echo 1 >"$folder/cgroup.kill"; } 2>/dev/null
    else
      { while IFS= read -r member; do signal "$1" "$member"; done <"$folder/cgroup.procs"; } 2>/dev/null
    fi
  done
}

# Sets found: the environments with our mark, in the variable that it is for.
find_marked() {
  set +f; set -- /proc/[0-9]*/environ; set -f
  pattern="${COOKIE}=[^=]*$mark"
  # A zero byte ends the lines of busybox's grep: it would see the first variable alone.
  if printf 'a\\000b' | grep -aqF b; then
    found=$(grep -al -e "$pattern" "$@" 2>/dev/null)
  else
    found=
    for file; do
      tr '\\000' '\\n' <"$file" | grep -q -e "$pattern" && found=$found$file$nl
    done 2>/dev/null
  fi
}

# Linux: those that left their group, by the cookie in their environment. True where there were any.
marked() {
  find_marked
  for file in $found; do
    pid=\${file#/proc/} pid=\${pid%/environ}
    [ -O "/proc/$pid" ] && signal "$1" "$pid"
  done
  [ -n "$found" ]
}

# Elsewhere: those that left their group, as long as their parents can be followed.
descendants() {
  family=' '
  for entry in $known; do
    pid=\${entry%% *} rest=\${entry#* }
    look_up "$pid"
    [ -n "$start" ] && [ "$start" = "\${rest%% *}" ] && family="$family$pid "
  done
  all=$(ps -axo pid=,ppid=)
  before=
  while [ "$before" != "$family" ]; do
    before=$family
    for line in $all; do
      IFS=' '; set -- $line; IFS=$nl
      case $family in *" $2 "*) case $family in *" $1 "*) ;; *) family="$family$1 " ;; esac ;; esac
    done
  done
}
family_members() {
  IFS=' '; set -- $family; IFS=$nl
  for pid; do signal "$sig" "$pid"; done
}

everywhere() {
  sig=$1
  groups "$1"
  cgroups "$1"
  if [ "$look" = proc ]; then marked "$1"; else family_members; fi
}

# By the id that its program has told; before that a container has its label alone. $1: quoted words.
end_container() {
  eval "set -- $1"
  file=$1 life=$2 verb=$4
  cd "$3" 2>/dev/null
  shift 4
  ids=
  [ -z "$file" ] || { IFS= read -r ids <"$file"; } 2>/dev/null
  case $ids in *[!0-9a-f]*) ids= ;; esac
  [ -n "$ids" ] || ids=$("$@" ps -aq --filter "label=holdfast.life=$life")
  IFS=" $nl"
  [ -z "$ids" ] || "$@" $verb $ids
}

nap() { sleep "$1" 2>/dev/null || sleep 1; }

echo deaf
exec >/dev/null
while IFS= read -r line; do
  case $line in
    '+ '*) known=$known\${line#+ }$nl ;;
    '* '*) held=$held\${line#* }$nl ;;
    '- '*) forget "\${line#- }" ;;
    end) exit 0 ;;
  esac
done

# A shell that cannot fork, since a server has taken all processes there may be, ends: then by what takes no other process.
trap 'groups KILL; cgroups KILL' EXIT
[ "$look" = proc ] || descendants
everywhere TERM
nap 0.1
everywhere KILL
rounds=0
while [ "$look" = proc ] && [ $rounds -lt 30 ] && marked KILL; do
  rounds=$((rounds + 1))
  nap 0.05
done
trap - EXIT
# The kernel takes a moment over those that it was told to end, and keeps their cgroup until then.
rounds=0
while [ $rounds -lt 20 ]; do
  busy=
  for entry in $known; do
    folder=\${entry#* * }
    [ "$folder" != - ] || continue
    rmdir "$folder" 2>/dev/null
    [ ! -d "$folder" ] || busy=yes
    rmdir "\${folder%/*}" 2>/dev/null
  done
  [ -n "$busy" ] || break
  rounds=$((rounds + 1))
  nap 0.05
done
[ -n "$held" ] || exit 0

# Their programs are gone, so that no container can come any more. An engine that does not answer is not waited for: after 10 s, or
# when all is done, everything in our group ends.
{ nap 10; kill -s KILL -- "-$$"; } &
jobs=
for entry in $held; do
  end_container "\${entry#* }" &
  jobs=$jobs$!$nl
done
wait $jobs
kill -s KILL -- "-$$"
`;
