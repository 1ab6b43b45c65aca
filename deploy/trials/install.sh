# shellcheck shell=bash
# shellcheck disable=SC2154 # work, source, root … are those of containers.sh
# What the trial needs of the machine; where we may, it is installed.

has() { command -v "$1" >/dev/null 2>&1; }

# Debian starts a daemon when its package is installed, which would make docker0 and chains of its own: not this time.
apt_install() {
  local policy=/usr/sbin/policy-rc.d own=
  if [ ! -e $policy ]; then
    own=yes
    printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy
  fi
  say "installing $* with apt-get"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 || true
  [ -z "$own" ] || rm -f $policy
}

# need COMMAND PACKAGE
need() {
  has "$1" && return
  ! has apt-get || apt_install "$2"
  has "$1" || skip "$1 is not installed (Debian: apt-get install $2)"
}

check_machine() {
  [ "$(uname -s)" = Linux ] || skip 'a Docker daemon of its own needs Linux'
  [ "$(id -u)" = 0 ] || skip 'a Docker daemon of its own needs root'
  # Two daemons on one machine would share docker0 and the chains of iptables, and the first would lose its own.
  [ ! -e /sys/class/net/docker0 ] || skip 'another Docker daemon runs on this machine; stop it first'
  grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || skip 'the kernel has no overlay file system'
  need dockerd docker.io
  need docker docker.io
  need iptables iptables
  need openssl openssl
  [ "$source" != make ] || need debootstrap debootstrap
}

# Debian's bookworm has neither Compose 2 nor buildx: those of its next release are programs without dependencies.
install_plugins() {
  export DOCKER_CONFIG=$work/config
  mkdir -p "$DOCKER_CONFIG/cli-plugins"
  docker compose version >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1 && return
  has apt-get || skip 'docker compose and docker buildx are not installed'
  say 'fetching compose and buildx from Debian'
  local apt=$work/apt
  mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
  cat >"$apt/sources.list" <<SOURCES
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main
SOURCES
  cat >"$apt/apt.conf" <<CONF
Dir::State "$apt/state"; Dir::Cache "$apt/cache"; Dir::State::status "/dev/null";
Dir::Etc::sourcelist "$apt/sources.list"; Dir::Etc::sourceparts "-"; Dir::Etc::preferencesparts "-"; APT::Sandbox::User "root";
CONF
  (
    cd "$apt"
    export APT_CONFIG=$apt/apt.conf
    { apt-get update && apt-get download docker-compose docker-buildx; } >apt.log 2>&1
    for package in docker-compose_*.deb docker-buildx_*.deb; do dpkg-deb --extract "$package" unpacked; done
    find unpacked -type f \( -name docker-compose -o -name docker-buildx \) -path '*cli-plugins*' \
      -exec cp -t "$DOCKER_CONFIG/cli-plugins" {} +
  ) || { tail -n 5 "$apt/apt.log"; skip 'docker compose and docker buildx are not installed, and Debian has not given them'; }
  rm -rf "$apt"
  docker compose version >/dev/null 2>&1 || skip 'docker compose does not run here'
}
