import { BlockList, isIPv4 } from 'node:net'

/** Whether the address is in the list of addresses and CIDR ranges. */
export const isAllowedIp = (ip: string, allowed: readonly string[]): boolean => {
  const list = new BlockList()
  for (const entry of allowed) {
    const [address = '', prefix] = entry.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  // A dual-stack socket reports IPv4 peers as ::ffff:a.b.c.d.
  const plain = ip.startsWith('::ffff:') && isIPv4(ip.slice(7)) ? ip.slice(7) : ip
  return list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6')
}
