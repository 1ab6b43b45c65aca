import { waitFor } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import { Admission } from '../src/runs/admission.js'

const NOW = Date.UTC(2026, 10, 21)

/** An admission whose counts the test answers, and whose clock it moves. */
const makeAdmission = () => {
  const clock = { now: NOW }
  const counts: { queued: number; backlog: boolean }[] = []
  const asked: string[] = []
  const admission = new Admission({
    store: {
      queuedRuns: async (workspaceId) => {
        asked.push(workspaceId)
        return counts.shift() ?? { queued: 0, backlog: false }
      },
    },
    onError: () => {},
    now: () => clock.now,
  })
  const admit = (times: number, workspace = 'busy') =>
    Array.from({ length: times }, () => admission.admit(workspace, 'normal'))
  return { admission, admit, counts, asked, clock }
}

describe('admission (D19)', () => {
  it('gives 1,000 runs of a workspace a job, each a bit later than those before, and the rest none', () => {
    const { admit } = makeAdmission()
    const priorities = admit(1_200)
    const given = priorities.filter((priority) => priority !== undefined)
    expect(given).toHaveLength(1_000)
    expect(given).toEqual(given.toSorted((a, b) => a - b))
    expect(admit(1, 'idle')[0]).toBe(given[0])
  })

  it('asks nobody about workspaces with little to do', () => {
    const { admit, asked } = makeAdmission()
    admit(100)
    expect(asked).toEqual([])
  })

  it('keeps no run back from workers that claim as fast as runs come, however many come', async () => {
    const { admit, asked } = makeAdmission()
    for (let counts = 1; counts <= 20; counts++) {
      expect(admit(250)).not.toContain(undefined)
      await waitFor(() => asked.length === counts, { what: 'a count' })
    }
  })

  it('lets nobody overtake the backlog, and goes on when it is gone', async () => {
    const { admit, counts, asked, clock } = makeAdmission()
    counts.push({ queued: 900, backlog: true }, { queued: 200, backlog: false })
    expect(admit(1_001).at(-1)).toBeUndefined()
    await waitFor(() => asked.length === 1, { what: 'a count' })
    expect(admit(1)).toEqual([undefined])
    clock.now += 1_000
    expect(admit(1)).toEqual([undefined])
    await waitFor(() => asked.length === 2, { what: 'another count' })
    await waitFor(() => admit(1)[0] !== undefined, { what: 'jobs again' })
  })
})
