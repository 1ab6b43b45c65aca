#!/usr/bin/env bash
# Builds deploy/Dockerfile, brings up docker-compose.yml, plays runs against it, and takes everything away again. On a Docker
# daemon of its own: nothing of another one is touched.
#
#   deploy/trials/containers.sh [--pull | --images FILE ...] [--ca FILE] [--work DIR]
#
#   --pull         base images come from their registry
#   --images FILE  base images come from this archive of `docker save`; may be given more than once
#                  Without either they are made from Debian and npm packages, under the names that the files use.
#   --ca FILE      certificates (PEM) that the base images trust. Those we make trust this machine's unless it is given.
#   --work DIR     where the daemon keeps its data: about 6 GB, removed at the end. Default: a new folder in /var/tmp
#
# Needs root, for a daemon needs it. Where none can run it says so and ends with 0; with 1 where something is wrong.
# shellcheck disable=SC2034 # what is set here is read in the files beside it
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

say() { printf '%s\n' "containers: $*"; }
skip() { say "left out: $*"; exit 0; }
fail() { say "FAILED: $*"; exit 1; }

source=make archives=() ca='' work=''
while [ $# -gt 0 ]; do
  case $1 in
    --pull) source=pull ;;
    --images) source=archives archives+=("$(realpath "${2:?--images needs a file}")"); shift ;;
    --ca) ca=$(realpath "${2:?--ca needs a file}"); shift ;;
    --work) work=${2:?--work needs a folder}; shift ;;
    *) sed -n '2,/^# shellcheck/{/^# shellcheck/!s/^# \{0,1\}//p}' "$0"; exit 2 ;;
  esac
  shift
done

. "$here/install.sh"
. "$here/network.sh"
. "$here/daemon.sh"
. "$here/base-images.sh"

check_machine
[ -f "$root/packages/sdk/dist/index.js" ] || fail 'run "make build" first'
work=${work:-$(mktemp -d /var/tmp/millrace-containers.XXXXXX)}
mkdir -p "$work"
copy=$work/source

composed=
take_down() {
  local status=$?
  trap - EXIT INT TERM
  if [ -n "$composed" ]; then
    [ "$status" = 0 ] || docker compose logs --no-color --tail 40 || true
    docker compose down --volumes --timeout 30 >/dev/null 2>&1 || true
  fi
  cd /
  stop_daemon
  restore_network || status=1
  rm -rf --one-file-system "$work"
  exit "$status"
}
trap take_down EXIT
trap 'exit 130' INT TERM

install_plugins
remember_network
start_daemon

say 'copying the sources that git knows'
mkdir -p "$copy"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read -T - 2>/dev/null) |
  tar -x -C "$copy"
provide_base_images

set_line() { sed -i "s|^$1=.*|$1=$2|" .env; }
cd "$copy"
cp .env.example .env
port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
set_line POSTGRES_PASSWORD "$(openssl rand -hex 24)"
set_line JWT_SECRET "$(openssl rand -base64 48)"
set_line MASTER_KEY "$(openssl rand -base64 32)"
set_line WEB_PORT "$port"
set_line PUBLIC_URL "http://localhost:$port"

say 'building'
docker compose build --quiet
say 'bringing it up'
composed=yes
docker compose --progress quiet up --detach --wait --wait-timeout 180
docker compose ps --format 'table {{.Service}}\t{{.Status}}'

say "playing on http://127.0.0.1:$port"
docker compose exec -T workflow cat /var/lib/millrace/owner.json >"$work/owner.json"
node "$here/play.mjs" "http://127.0.0.1:$port" "$work/owner.json" "$root"

say 'stopping'
docker compose stop >/dev/null 2>&1
ends=$(docker compose ps --all --format '{{.Service}} {{.ExitCode}}' | sort)
if grep -E '^(workflow|runner|scheduler|worker|postgres|redis|web) ' <<<"$ends" | grep -qv ' 0$'; then
  fail "these did not end by themselves with 0:"$'\n'"$ends"
fi
say 'passed'
