/** One measured figure next to the limit it has to keep. */
export interface Figure {
  readonly figure: string
  /** `max`: at most the limit; `min`: at least. */
  readonly bound: 'max' | 'min'
  readonly limit: number
  readonly measured: number
  readonly unit: string
}

const holds = ({ bound, limit, measured }: Figure): boolean =>
  bound === 'max' ? measured <= limit : measured >= limit

export function formatFigures(figures: readonly Figure[]): string {
  const rows = figures.map((each) => [
    each.figure,
    `${each.bound === 'max' ? '≤' : '≥'} ${each.limit}`,
    each.measured.toPrecision(3),
    each.unit,
    holds(each) ? 'holds' : 'MISSED',
  ])
  const head = ['figure', 'limit', 'measured', 'unit', '']
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? title.length)),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  return [head, ...rows].map(line).join('\n')
}

export const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN
