import { type ChildProcess, spawn } from 'node:child_process'

/**
 * Ends what this process has started, and removes its temporary folders with the servers that run in them, once this
 * process is gone: also when it was killed with -9 and could do nothing itself.
 *
 * A shell of its own session reads what there is from a pipe; the pipe ends with us, however we end.
 */
const SCRIPT = String.raw`
pids=""; folders=""
without() { kept=""; for each in $2; do [ "$each" = "$1" ] || kept="$kept $each"; done; echo "$kept"; }
runs_in() { { tr '\0' ' ' < "/proc/$1/cmdline" || ps -o args= -p "$1"; } 2>/dev/null | grep -qF -- "$2"; }
end_servers() {
  find "$1" -maxdepth 6 \( -name postmaster.pid -o -name redis.pid \) 2>/dev/null | while read -r file; do
    pid=$(head -n 1 "$file") && runs_in "$pid" "$1" && kill -s "$2" "$pid" 2>/dev/null
  done
}
while read -r what value; do case $what in
  +) pids="$pids $value" ;;
  -) pids=$(without "$value" "$pids") ;;
  folder) folders="$folders $value" ;;
  gone) folders=$(without "$value" "$folders") ;;
esac; done
for folder in $folders; do
  for place in $(find "$folder" -maxdepth 4 -name location -exec cat {} \; 2>/dev/null); do
    case $place in /var/tmp/millrace-*) folders="$folders $place" ;; esac
  done
done
for pid in $pids; do kill -s KILL "$pid" 2>/dev/null; done
for folder in $folders; do end_servers "$folder" QUIT; done
[ -z "$folders" ] || sleep 1
for folder in $folders; do
  end_servers "$folder" KILL
  case $folder in */millrace-*) rm -rf -- "$folder" ;; esac
done
`

let shell: ChildProcess | undefined

const tell = (what: '+' | '-' | 'folder' | 'gone', value: string | number): void => {
  shell ??= start()
  shell.stdin?.write(`${what} ${value}\n`)
}

const start = (): ChildProcess => {
  const child = spawn('sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  // It shall not keep us, and its end is nothing to us.
  child.on('error', () => undefined).unref()
  child.stdin?.on('error', () => undefined)
  ;(child.stdin as unknown as { unref(): void }).unref()
  return child
}

/** Killed when we are gone. @returns what takes it back, once the process has ended. */
export const endWithUs = (pid: number): (() => void) => {
  tell('+', pid)
  return () => tell('-', pid)
}

/** Removed when we are gone, after the servers in it. @returns what takes it back, once the folder is removed. */
export const removeWithUs = (folder: string): (() => void) => {
  // The shell would take it for two; the next run sweeps it.
  if (/\s/.test(folder)) return () => undefined
  tell('folder', folder)
  return () => tell('gone', folder)
}
