# shellcheck shell=bash
# shellcheck disable=SC2154 # work, source, root … are those of containers.sh
# A Docker daemon with its data, its socket and its containerd in our folder. It is stopped by its number.

daemon=

start_daemon() {
  export DOCKER_HOST=unix://$work/docker.sock
  unset DOCKER_CONTEXT
  dockerd --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/docker.pid" --host "$DOCKER_HOST" \
    >"$work/dockerd.log" 2>&1 &
  daemon=$!
  local tries
  for ((tries = 0; tries < 60; tries++)); do
    if docker info >/dev/null 2>&1; then
      say "a daemon of its own runs: $(docker info --format '{{.ServerVersion}}, {{.Driver}}')"
      return
    fi
    kill -0 "$daemon" 2>/dev/null || break
    sleep 0.5
  done
  skip "a Docker daemon does not run here: $(grep -vE 'level=(info|warning)' "$work/dockerd.log" | tail -n 1)"
}

stop_daemon() {
  [ -n "$daemon" ] || return 0
  kill "$daemon" 2>/dev/null || true
  wait "$daemon" 2>/dev/null || true
  daemon=
  # Mounts that a container has left would keep the folder.
  local mount
  for mount in $(awk -v at="$work/" 'index($2, at) == 1 { print $2 }' /proc/mounts | sort -r); do umount "$mount" || true; done
  find /sys/fs/cgroup -depth -type d -path '*/docker*' -exec rmdir {} + 2>/dev/null || true
}
