import { migrate } from '@millrace/db'
import { startPostgres } from '@millrace/local-services'
import { createTempFolder } from '@millrace/testkit'
import { expect, it } from 'vitest'
import { acceptAndClaim, completed, readRun, readSeqs, unitOf, upTo, worldAt } from './world.js'

/** 40 runs of 6 units each, written while Postgres goes down and comes back. */
it('loses and fails nothing over a restart of Postgres (I1, I4, D6)', async () => {
  const folder = createTempFolder()
  const dataDir = `${folder.path}/postgres`
  const first = await startPostgres({ dataDir })
  await migrate(first.url)
  const world = await worldAt(first.url)
  const worker = await world.worker()
  const runs = await Promise.all(Array.from({ length: 40 }, () => acceptAndClaim(world, worker)))

  let halfway: () => void = () => {}
  const started = new Promise<void>((resolve) => {
    halfway = resolve
  })
  const work = Promise.all(
    runs.map(async (run, index) => {
      for (const round of upTo(6)) {
        if (index === 0 && round === 3) halfway()
        const unit = unitOf(run, { expectedSeq: (round - 1) * 2 })
        const last = { ...unit, run: completed, release: true }
        expect(await worker.store.submit(round === 6 ? last : unit)).toEqual({ kind: 'durable' })
      }
    }),
  )
  await started
  await first.stop()
  const late = acceptAndClaim(world, worker)
  const second = await startPostgres({ dataDir, port: first.port })
  await work

  for (const run of runs) {
    expect(await readRun(world.sql, run.id)).toMatchObject({ status: 'completed', epoch: 1, workerId: null })
    expect(await readSeqs(world.sql, run.id)).toEqual(upTo(12))
  }
  expect(await late).toMatchObject({ epoch: 1 })
  await world.close()
  await second.stop()
  folder.remove()
})
