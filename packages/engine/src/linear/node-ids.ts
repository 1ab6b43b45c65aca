import { nodeId } from '@millrace/contracts'

/** Of an id's 64 characters, the rest is for telling it from others. */
const KEPT = 56

/**
 * Free names made into node ids, no two the same. A name that is an id already keeps it, if it is the first of its
 * like; in others, what an id may not hold becomes `_`.
 */
export function nodeIds(names: readonly string[]): string[] {
  const used = new Set(names.filter(isNodeId))
  const kept = new Set<string>()
  const counts = new Map<string, number>()
  return names.map((name) => {
    if (isNodeId(name) && !kept.has(name)) {
      kept.add(name)
      return name
    }
    const cleaned = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, KEPT)
    const base = isNodeId(cleaned) ? cleaned : `_${cleaned}`
    let id = base
    // Counting on from the last one keeps 10,000 equal names linear.
    let count = counts.get(base) ?? 1
    while (used.has(id)) id = `${base}_${++count}`
    counts.set(base, count)
    used.add(id)
    return id
  })
}

const isNodeId = (name: string): boolean => nodeId.safeParse(name).success
