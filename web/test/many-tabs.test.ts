import { waitFor } from '@millrace/testkit'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from './fixture.js'

let app: RunningApp
let browser: Browser
beforeAll(async () => {
  ;[app, browser] = await Promise.all([startApp(), openBrowser()])
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

/** Runs that wait for somebody to decide, so that their streams stay open. */
const startWaiting = async (count: number): Promise<string[]> => {
  const definition = {
    format: 'millrace/v1',
    name: 'tabs',
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      { id: 'ask', type: 'human.approval', params: { title: 'Go on?' } },
    ],
    edges: [{ from: 'start', to: 'ask' }],
  }
  await app.api('POST', '/workflows/import', { definition, publish: true })
  return await Promise.all(
    Array.from({ length: count }, async () => {
      const answer = (await app.api('POST', '/runs', { workflow: 'tabs' })) as { run: { id: string } }
      return answer.run.id
    }),
  )
}

/** HTTP/1.1 gives the tabs of a browser six connections to a host together. */
test.each([
  ['one run', 1],
  ['a run each', 7],
])('seven tabs, of %s, all load and all stay live', async (_what, runs) => {
  const ids = await startWaiting(runs)
  const { page: first, problems } = await openPage(browser, app)
  await signInAsOwner(first, app)
  const tabs: Page[] = [first]
  while (tabs.length < 7) tabs.push(await first.context().newPage())
  const idOf = (tab: number) => ids[tab % ids.length] ?? ''
  for (const [tab, page] of tabs.entries()) {
    await page.goto(`/runs/${idOf(tab)}`)
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
  }
  for (const id of ids) {
    const { items } = (await app.api('GET', '/approvals?assigned=all&limit=200')) as {
      items: { id: string; runId: string }[]
    }
    const approval = items.find(({ runId }) => runId === id)
    await app.api('POST', `/approvals/${approval?.id}/decide`, { decision: 'approve' })
  }
  for (const page of tabs)
    await page.getByRole('banner').or(page.locator('header')).first().getByText('Completed').waitFor()
  await waitFor(() => problems.length === 0, { what: 'no problems' })
  expect(problems).toEqual([])
  await first.context().close()
})
