import { nodeId } from '@millrace/contracts'

/** Free names made into node ids: what an id may not hold becomes `_`, and no two are the same. */
export function nodeIds(names: readonly string[]): string[] {
  const used = new Set<string>()
  return names.map((name) => {
    const cleaned = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 56)
    const base = nodeId.safeParse(cleaned).success ? cleaned : `_${cleaned}`
    let id = base
    for (let n = 2; used.has(id); n++) id = `${base}_${n}`
    used.add(id)
    return id
  })
}
