/** Equal as JSON: members in any order, since a database gives them back in its own; undefined members are none. */
export const equalJson = (one: unknown, other: unknown): boolean => {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) || Array.isArray(other))
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => equalJson(item, other[index]))
    )
  const [left, right] = [membersOf(one), membersOf(other)]
  return (
    left.size === right.size &&
    [...left].every(([name, value]) => right.has(name) && equalJson(value, right.get(name)))
  )
}

const membersOf = (value: object): Map<string, unknown> =>
  new Map(Object.entries(value).filter(([, member]) => member !== undefined))
