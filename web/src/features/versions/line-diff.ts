/** What two texts have in common, line by line. */
export type DiffLine =
  | { readonly kind: 'same'; readonly text: string; readonly before: number; readonly after: number }
  | { readonly kind: 'removed'; readonly text: string; readonly before: number }
  | { readonly kind: 'added'; readonly text: string; readonly after: number }
  /** So many equal lines that are not shown. */
  | { readonly kind: 'gap'; readonly lines: number }

/** Cells of the table for the part that differs; beyond, the whole part counts as replaced. */
const MAX_CELLS = 4_000_000

/** Line numbers count from 1. Removed lines come before those added in their place. */
export const diffLines = (before: string, after: string): DiffLine[] => {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const shorter = Math.min(old.length, now.length)
  let head = 0
  while (head < shorter && old[head] === now[head]) head++
  let tail = 0
  while (tail < shorter - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++
  const common = longestCommon(old.slice(head, old.length - tail), now.slice(head, now.length - tail))
  return emit(old, now, { head, tail, common })
}

/** Pairs of offsets of a longest common subsequence, in order. */
const longestCommon = (old: readonly string[], now: readonly string[]): [number, number][] => {
  const width = now.length + 1
  if ((old.length + 1) * width > MAX_CELLS) return []
  const length = new Uint32Array((old.length + 1) * width)
  const at = (i: number, j: number): number => length[i * width + j] ?? 0
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      length[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const pairs: [number, number][] = []
  for (let i = 0, j = 0; i < old.length && j < now.length; ) {
    if (old[i] === now[j]) pairs.push([i++, j++])
    else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  }
  return pairs
}

interface Matches {
  readonly head: number
  readonly tail: number
  readonly common: readonly (readonly [number, number])[]
}

const emit = (
  old: readonly string[],
  now: readonly string[],
  { head, tail, common }: Matches,
): DiffLine[] => {
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  const matchAt = (a: number, b: number) => {
    for (; i < a; i++) lines.push({ kind: 'removed', text: old[i] ?? '', before: i + 1 })
    for (; j < b; j++) lines.push({ kind: 'added', text: now[j] ?? '', after: j + 1 })
    if (i < old.length && j < now.length)
      lines.push({ kind: 'same', text: old[i] ?? '', before: ++i, after: ++j })
  }
  for (let k = 0; k < head; k++) matchAt(k, k)
  for (const [a, b] of common) matchAt(head + a, head + b)
  for (let k = tail; k > 0; k--) matchAt(old.length - k, now.length - k)
  matchAt(old.length, now.length)
  return lines
}

/** Equal lines further than `context` from a difference become gaps. */
export const withoutEqualParts = (lines: readonly DiffLine[], context: number): DiffLine[] => {
  const near = new Set<number>()
  for (const [i, line] of lines.entries())
    if (line.kind !== 'same') for (let k = i - context; k <= i + context; k++) near.add(k)
  const shown: DiffLine[] = []
  for (const [i, line] of lines.entries()) {
    const last = shown.at(-1)
    if (near.has(i)) shown.push(line)
    else if (last?.kind === 'gap') shown[shown.length - 1] = { kind: 'gap', lines: last.lines + 1 }
    else shown.push({ kind: 'gap', lines: 1 })
  }
  return shown
}
