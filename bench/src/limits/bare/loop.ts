import { median } from '../figure.js'

const ROUNDS = 9
const NODES = 10_000

/**
 * How fast this machine runs JavaScript: milliseconds of processor that a fixed loop takes, the median. It does what most
 * of the product's own code does, on as many small objects as the largest graph has: writes them as JSON, reads them
 * back, and looks each one up by its name.
 */
export function bareLoopMs(): number {
  return median(Array.from({ length: ROUNDS }, (_, round) => cpuOfLoop(round)))
}

function cpuOfLoop(salt: number): number {
  const before = process.cpuUsage()
  const nodes = Array.from({ length: NODES }, (_, i) => ({
    id: `n${i}`,
    type: 'loop',
    params: { x: `${i + salt}` },
  }))
  const read = JSON.parse(JSON.stringify(nodes)) as typeof nodes
  const byId = new Map(read.map((node) => [node.id, node]))
  let sum = 0
  for (let i = 0; i < NODES; i++) sum += Number(byId.get(`n${NODES - 1 - i}`)?.params.x)
  if (sum !== (NODES * (NODES - 1)) / 2 + NODES * salt) throw new Error('the loop counted wrong')
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}
