import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violationsOf } from './axe.js'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from './fixture.js'

/** Nodes become a workflow of their own, and the run comes to the same result. */
let app: RunningApp
let browser: Browser

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startApp(), openBrowser()])
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

const json = (id: string, value: unknown) => ({ id, type: 'transform.json', params: { value } })

//                   ┌─true──► greet ─┐
// start ─► sum ─► vip                ├─► done
//                   └─false─► plain ─┘
const nodes = [
  { id: 'start', type: 'trigger.manual', params: {} },
  json('sum', '{{ $sum([40, 2]) }}'),
  { id: 'vip', type: 'flow.condition', params: { if: 'steps.sum.output > 40' } },
  {
    id: 'greet',
    type: 'transform.script',
    params: { code: 'return { text: "Dear " + trigger.name, vip: steps.vip.output }' },
  },
  json('plain', { text: 'Hello {{ trigger.name }}' }),
  json('done', {
    text: '{{ steps.greet.output.text }}',
    plain: '{{ steps.plain.status }}',
    sum: '{{ steps.sum.output }}',
  }),
]
const edges = [
  { from: 'start', to: 'sum' },
  { from: 'sum', to: 'vip' },
  { from: 'vip', to: 'greet', port: 'true' },
  { from: 'vip', to: 'plain', port: 'false' },
  { from: 'greet', to: 'done' },
  { from: 'plain', to: 'done' },
]

const open = async (name: string) => {
  const definition = { format: 'millrace/v1', name, nodes, edges }
  // The API answers with the workflow it made.
  const { id } = (await app.api('POST', '/workflows', { definition })) as { id: string }
  const { page, problems } = await openPage(browser, app, { viewport: { width: 1600, height: 900 } })
  await signInAsOwner(page, app, `/workflows/${id}`)
  await page.locator('#card-start').waitFor()
  return { page, problems, id }
}

const select = async (page: Page, first: string, ...others: string[]): Promise<void> => {
  await page.locator(`#card-${first}`).click()
  for (const id of others) await page.locator(`#card-${id}`).click({ modifiers: ['Shift'] })
}

const extract = async (page: Page, at: string): Promise<void> => {
  await page.locator(`#card-${at}`).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Extract to sub-workflow' }).click()
  await page.getByRole('dialog', { name: 'Extract to a sub-workflow' }).waitFor()
}

const publish = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.getByRole('button', { name: 'Publish version' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
}

interface Run {
  readonly id: string
  readonly status: string
  readonly output: unknown
}

const outputOfRun = async (workflow: string): Promise<unknown> => {
  // The API answers with the run it started, and with the run.
  const { run } = (await app.api('POST', '/runs', { workflow, input: { name: 'Ada' } })) as { run: Run }
  const read = async () => (await app.api('GET', `/runs/${run.id}`)) as Run
  await expect.poll(async () => (await read()).status, { timeout: 30_000 }).toBe('completed')
  return (await read()).output
}

test('by mouse: a condition and its branches, and the run gives what it gave', async () => {
  const { page, problems, id } = await open('orders')
  await publish(page)
  const before = await outputOfRun(id)
  expect(before).toEqual({ text: 'Dear Ada', plain: 'skipped', sum: 42 })

  await select(page, 'vip', 'greet', 'plain')
  await extract(page, 'greet')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('steps.sum.output').waitFor()
  await dialog.getByText('output.plain').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await dialog.getByRole('textbox', { name: 'Name of the new workflow' }).fill('greeting')
  await dialog.getByRole('button', { name: 'Extract and publish' }).click()
  await page.locator('#card-call').waitFor()
  await page.locator('#card-greet').waitFor({ state: 'detached' })

  await publish(page)
  expect(await outputOfRun(id)).toEqual(before)
  const { items } = (await app.api('GET', '/runs?workflow=greeting')) as { items: readonly Run[] }
  expect(items.map(({ status }) => status)).toEqual(['completed'])

  // One step of the history.
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.locator('#card-greet').waitFor()
  await page.locator('#card-call').waitFor({ state: 'detached' })
  expect(problems).toEqual([])
  await page.context().close()
}, 240_000)

test('by keys: what cannot be taken out says why, and nothing is made', async () => {
  const { page, problems } = await open('refused')
  await select(page, 'vip', 'greet')
  await page.locator('[data-canvas]').press('e')
  const dialog = page.getByRole('dialog', { name: 'Extract to a sub-workflow' })
  await dialog.getByText('plain and done do not follow every time').waitFor()
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  expect(problems).toEqual([])
  await page.context().close()
}, 120_000)
