import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { violationsOf } from './axe.js'
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

/*
 *  start ──► shape ──► note
 */
const create = async (name: string): Promise<string> => {
  const definition = {
    format: 'millrace/v1',
    name,
    nodes: [
      { id: 'start', type: 'trigger.manual', params: {} },
      { id: 'shape', type: 'transform.json', params: { value: 1 } },
      { id: 'note', type: 'log.message', params: { message: 'done' } },
    ],
    edges: [
      { from: 'start', to: 'shape' },
      { from: 'shape', to: 'note' },
    ],
    vars: { region: 'eu' },
  }
  return z.object({ id: z.string() }).parse(await app.api('POST', '/workflows', { definition })).id
}

const draftSchema = z.object({
  draft: z.object({
    nodes: z.array(z.object({ id: z.string(), params: z.record(z.string(), z.unknown()) }).loose()),
    vars: z.record(z.string(), z.unknown()).optional(),
    ui: z.record(z.string(), z.unknown()).optional(),
  }),
})

/** The panel takes room from the canvas: what stands below it is brought back first. */
const open = async (page: Page, id: string): Promise<void> => {
  await page.getByRole('button', { name: 'Fit (F)' }).click()
  await page.locator(`.react-flow__node[data-id="${id}"]`).dblclick()
  await page.getByRole('region', { name: `Settings of ${id}` }).waitFor()
}

const start = async (name: string) => {
  const workflow = await create(name)
  const opened = await openPage(browser, app, { viewport: { width: 1440, height: 900 } })
  await signInAsOwner(opened.page, app, `/workflows/${workflow}`)
  const draft = async () => draftSchema.parse(await app.api('GET', `/workflows/${workflow}`)).draft
  const paramsOf = async (id: string) => (await draft()).nodes.find((node) => node.id === id)?.params
  return { ...opened, draft, paramsOf, saved: () => opened.page.locator('[data-save="saved"]').waitFor() }
}

const replaceText = async (page: Page, field: Locator, text: string): Promise<void> => {
  await field.click()
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Delete')
  await page.keyboard.type(text)
}

test('JSON that is half typed stays, is named, runs nowhere, and comes back with the node and the page', async () => {
  const { page, problems, draft, paramsOf, saved } = await start('half-typed')
  const value = page.getByRole('textbox', { name: 'Value', exact: true })
  await open(page, 'shape')
  // Brackets close by themselves: the text is JSON for a moment.
  await replaceText(page, value, '{"total": ')
  await page.getByText('Value is not JSON at line 1, column 11: something is missing before this }').waitFor()
  expect(await page.getByText('something is missing before this }').count()).toBe(1)
  await saved()
  expect(await paramsOf('shape')).toEqual({ value: 1 })
  expect((await draft()).ui?.['texts']).toMatchObject([
    { node: 'shape', pointer: '/params/value', title: 'Value', as: 'json', text: '{"total": }' },
  ])

  await page.getByRole('button', { name: 'Run this step' }).click()
  await page.getByRole('alert').getByText('Value is not JSON at line 1, column 11').waitFor()

  await open(page, 'note')
  await page.getByRole('button', { name: '1 problem', exact: true }).click()
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Publish' })
  await dialog.getByText('Value is not JSON at line 1, column 11').waitFor()
  expect(await dialog.getByRole('button', { name: 'Publish version' }).isDisabled()).toBe(true)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  expect(await violationsOf(page, '[aria-label="Problems"]')).toEqual([])

  await page.getByRole('list', { name: 'Problems' }).getByRole('button').click()
  await expect.poll(() => value.textContent()).toBe('{"total": }')
  await page.reload()
  await open(page, 'shape')
  await expect.poll(() => value.textContent()).toBe('{"total": }')

  await replaceText(page, value, '{"a": 1, "a": 2')
  await page.getByText('The key at /a stands there twice').first().waitFor()
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await expect.poll(() => value.textContent()).toBe('{"total": }')
  await page.getByText('Value is not JSON at line 1, column 11').first().waitFor()

  await replaceText(page, value, '{"id": 12345678901234567890')
  await page.getByRole('button', { name: '0 problems' }).waitFor()
  await open(page, 'note')
  await open(page, 'shape')
  await expect.poll(() => value.textContent()).toContain('12345678901234567890')
  await saved()
  expect((await draft()).ui?.['texts']).toBeUndefined()

  expect(problems).toEqual([])
  await page.context().close()
}, 180_000)

test('braces typed into a JSON field make it an expression', async () => {
  const { page, problems, paramsOf } = await start('braces')
  const value = page.getByRole('textbox', { name: 'Value', exact: true })
  await open(page, 'shape')
  await replaceText(page, value, '{{ trigger.total')
  await page.getByRole('button', { name: 'Expression: fill Value with a fixed value' }).waitFor()
  await expect.poll(() => paramsOf('shape')).toEqual({ value: '{{ trigger.total}}' })
  await page.getByRole('button', { name: 'Expression: fill Value with a fixed value' }).click()
  await page.getByRole('button', { name: 'Fixed: fill Value by an expression' }).click()
  await expect.poll(() => value.textContent()).toBe('{{ trigger.total}}')
  expect(problems).toEqual([])
  await page.context().close()
}, 180_000)

test('half a number and a name that is taken stay where they were typed', async () => {
  const { page, problems, draft, saved } = await start('half-a-number')
  await open(page, 'note')
  await page.getByText('Retries, timeout, errors and undo').click()
  const timeout = page.getByRole('textbox', { name: 'Timeout of an attempt in milliseconds' })
  await timeout.fill('3e')
  await page.getByText('Timeout of an attempt in milliseconds is not a number: "3e"').waitFor()
  await open(page, 'shape')
  await open(page, 'note')
  await page.getByText('Retries, timeout, errors and undo').click()
  expect(await timeout.inputValue()).toBe('3e')
  await timeout.fill('3e3')
  await page.getByRole('button', { name: '0 problems' }).waitFor()
  expect(await timeout.inputValue()).toBe('3e3')

  await page.getByRole('button', { name: 'Workflow settings' }).click()
  const panel = page.getByRole('region', { name: 'Settings of the workflow' })
  await panel.getByRole('button', { name: 'Add to variables' }).click()
  const second = panel.getByRole('textbox', { name: 'Name 2 of Variables' })
  await second.pressSequentially('region')
  await panel.getByText('Two rows have the name "region"').first().waitFor()
  await panel.getByRole('button', { name: 'Close the settings' }).click()
  await page.getByRole('button', { name: 'Workflow settings' }).click()
  expect(await second.inputValue()).toBe('region')
  await second.press('End')
  await second.pressSequentially('2')
  await page.getByRole('button', { name: '0 problems' }).waitFor()
  await saved()
  expect(Object.keys((await draft()).vars ?? {}).sort()).toEqual(['region', 'region2'])
  expect(problems).toEqual([])
  await page.context().close()
}, 180_000)

/* start ──► a1 ──► a2 ──► … ──► a5: the last one stands where the panel opens. */
test('a node stays in sight when its panel takes room from the canvas', async () => {
  const chain = ['start', 'a1', 'a2', 'a3', 'a4', 'a5']
  const nodes = chain.map((id) =>
    id === 'start'
      ? { id, type: 'trigger.manual', params: {} }
      : { id, type: 'transform.json', params: { value: 1 } },
  )
  const edges = chain.slice(1).map((to, at) => ({ from: chain[at], to }))
  const definition = { format: 'millrace/v1', name: 'in-sight', nodes, edges }
  const { id } = z.object({ id: z.string() }).parse(await app.api('POST', '/workflows', { definition }))
  const { page, problems } = await openPage(browser, app, { viewport: { width: 1440, height: 900 } })
  await signInAsOwner(page, app, `/workflows/${id}`)
  await page.getByRole('button', { name: 'Fit (F)' }).click()
  const last = page.locator('.react-flow__node[data-id="a5"]')
  await last.click()
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: 'Settings of a5' }).waitFor()
  await expect
    .poll(async () => {
      const [node, canvas] = [await last.boundingBox(), await page.locator('[data-canvas]').boundingBox()]
      return node !== null && canvas !== null && node.x < canvas.x + canvas.width
    })
    .toBe(true)
  expect(problems).toEqual([])
  await page.context().close()
}, 120_000)
