# shellcheck shell=bash
# shellcheck disable=SC2154 # work, source, root … are those of containers.sh
# A Docker daemon leaves its bridge, its chains and a machine that forwards. All that goes back to what it was.

forwarding=(net/ipv4/ip_forward net/ipv6/conf/all/forwarding net/bridge/bridge-nf-call-iptables net/bridge/bridge-nf-call-ip6tables)

# The tables without what changes by itself: comments and counters.
rules_of() { "$1-save" 2>/dev/null | sed -e '/^#/d' -e 's/\[[0-9]*:[0-9]*\]/[0:0]/'; }

remember_network() {
  local name
  mkdir -p "$work/network"
  rules_of iptables >"$work/network/iptables"
  rules_of ip6tables >"$work/network/ip6tables"
  for name in "${forwarding[@]}"; do
    [ ! -e "/proc/sys/$name" ] || cat "/proc/sys/$name" >"$work/network/${name//\//.}"
  done
}

# restore_tables iptables|ip6tables
restore_tables() {
  local command=$1 saved=$work/network/$1 table chain
  has "$command" || return 0
  for table in $(rules_of "$command" | sed -n 's/^\*//p'); do
    if grep -qx "\*$table" "$saved"; then continue; fi
    # It was not there at all: emptied, and taken out where the tool for that is there.
    "$command" -t "$table" -F && "$command" -t "$table" -X
    for chain in $("$command" -t "$table" -S | sed -n 's/^-P \([^ ]*\).*/\1/p'); do "$command" -t "$table" -P "$chain" ACCEPT; done
    ! has nft || nft delete table "$([ "$command" = iptables ] && echo ip || echo ip6)" "$table" 2>/dev/null || true
  done
  [ ! -s "$saved" ] || "$command-restore" <"$saved"
}

# What is left in our words: rules, and policies that do not let through.
meaning_of() { rules_of "$1" | grep -vE '^(\*|COMMIT$|:[A-Z]+ ACCEPT)' || true; }

restore_network() {
  [ -d "$work/network" ] || return 0
  local name command
  [ ! -e /sys/class/net/docker0 ] || ip link delete docker0
  for command in iptables ip6tables; do
    restore_tables "$command" || true
    if ! diff <(grep -vE '^(\*|COMMIT$|:[A-Z]+ ACCEPT)' "$work/network/$command") <(meaning_of "$command"); then
      say "the rules of $command are not what they were"
      return 1
    fi
  done
  for name in "${forwarding[@]}"; do
    [ ! -e "$work/network/${name//\//.}" ] || cat "$work/network/${name//\//.}" >"/proc/sys/$name"
  done
}
