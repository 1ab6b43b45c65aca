import { setTimeout as delay } from 'node:timers/promises'
import type { Backend } from '../environment.js'
import type { Fault, Interruption, Scene } from './fault.js'
import { type Load, startLoad } from './load.js'
import { type Findings, judge } from './oracle.js'
import { untilAnswered } from './patience.js'
import { p99, takeOverTimes } from './recoveries.js'
import type { Row } from './report.js'
import { openSite, type Site } from './site.js'

export interface Outcome {
  readonly row: Row
  /** What did not hold; empty when all is well. */
  readonly problems: readonly string[]
}

export interface PlayOptions {
  readonly backend: Backend
  readonly runs: number
  readonly quick: boolean
  readonly say: (line: string) => void
}

/** Few enough runs open that each finds a worker at once: recovery is counted without the wait in the queue. */
const PRESSURE = { full: { callers: 40, maxOpen: 150 }, quick: { callers: 5, maxOpen: 15 } }
/** After the last fault is healed, everything must have ended within this time. Milliseconds. */
const QUIET_WITHIN_MS = 240_000

/** Breaks a site of its own in one way while runs come in, waits until all is at rest, and judges. */
export async function play(fault: Fault, options: PlayOptions): Promise<Outcome> {
  const { backend, runs, quick, say } = options
  const site = await openSite({ backend, ...fault.site(quick) })
  const interruptions: Interruption[] = []
  const recoveries: number[] = []
  let over = false
  try {
    const load = startLoad({
      url: () => site.runnerUrl,
      sql: site.sql,
      ...(quick ? PRESSURE.quick : PRESSURE.full),
      enough: (accepted) => over && accepted >= runs,
      ...(fault.onAccepted === undefined
        ? {}
        : { onAccepted: async (runId: string) => fault.onAccepted?.(site, runId) }),
    })
    const scene: Scene = {
      site,
      quick,
      goesOn: () => load.accepted.size < runs,
      interrupted: (interruption) => void interruptions.push(interruption),
      recovered: (ms) => void recoveries.push(ms),
      say,
    }
    try {
      await fault.play(scene)
    } finally {
      over = true
      await load.done
    }
    const quiet = await untilQuiet(site)
    say(`${load.accepted.size} accepted, answers ${JSON.stringify(Object.fromEntries(load.answers))}`)
    const findings = await judge(site.sql, load, site.upstream)
    const times = [...recoveries, ...(await takeOverTimes(site.sql, interruptions))]
    const row = toRow(fault, backend, findings, p99(times))
    const problems = [
      ...problemsOf(row, findings, load, runs),
      ...(quiet ? [] : [`not at rest after ${QUIET_WITHIN_MS / 1_000} s`]),
      ...slowness(fault, row, quick),
      ...((await fault.check?.(site)) ?? []),
    ]
    return { row, problems }
  } finally {
    await site.close()
  }
}

const untilQuiet = async ({ sql }: Site): Promise<boolean> => {
  const deadline = performance.now() + QUIET_WITHIN_MS
  for (;;) {
    const [row] = await untilAnswered(
      () => sql<[{ open: number }]>`SELECT count(*)::int AS open FROM runs WHERE finished_at IS NULL`,
    )
    if (row.open === 0) return true
    if (performance.now() > deadline) return false
    await delay(100)
  }
}

export const toRow = (
  { name }: Pick<Fault, 'name'>,
  backend: Backend,
  { accepted, completed, lost, repeated, seqGaps, staleWrites }: Findings,
  recoveryP99Ms: number | null,
): Row => ({ fault: name, backend, accepted, completed, lost, repeated, seqGaps, staleWrites, recoveryP99Ms })

/** The oracle. */
export const problemsOf = (row: Row, findings: Findings, load: Load, wanted: number): string[] => {
  const problems: string[] = []
  for (const figure of ['lost', 'repeated', 'seqGaps', 'staleWrites'] as const)
    if (row[figure] !== 0) problems.push(`${figure} is ${row[figure]}`)
  // No vacuous pass: so many runs did end well.
  if (load.accepted.size < wanted) problems.push(`only ${load.accepted.size} of ${wanted} were accepted`)
  if (row.completed < row.accepted)
    problems.push(
      `${row.accepted - row.completed} accepted runs did not complete: ${JSON.stringify(findings.badEnds)}`,
    )
  if (findings.unseen > 0) problems.push(`${findings.unseen} completed writes never reached the outside`)
  return problems
}

const slowness = ({ recoveryLimitMs }: Fault, { recoveryP99Ms }: Row, quick: boolean): string[] =>
  quick || recoveryLimitMs === undefined || recoveryP99Ms === null || recoveryP99Ms <= recoveryLimitMs
    ? []
    : [`recovery took ${recoveryP99Ms} ms, over ${recoveryLimitMs}`]
