import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from './fixture.js'

/** Work on a draft survives a crash of the tab, a server that refuses, and a second author. */
let app: RunningApp
let browser: Browser

beforeAll(async () => {
  app = await startApp()
  browser = await openBrowser()
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

interface Draft {
  readonly draft: {
    readonly nodes: readonly { readonly id: string; readonly params: Record<string, unknown> }[]
  }
  readonly draftRevision: number
}

const create = async (name: string): Promise<string> => {
  const definition = {
    format: 'millrace/v1',
    name,
    nodes: [
      { id: 'start', type: 'trigger.manual', params: {} },
      { id: 'one', type: 'log.message', params: { message: 'first' } },
      { id: 'two', type: 'log.message', params: { message: 'second' } },
    ],
    edges: [
      { from: 'start', to: 'one' },
      { from: 'one', to: 'two' },
    ],
  }
  const { id } = (await app.api('POST', '/workflows', { definition })) as { id: string }
  return id
}

const read = async (id: string): Promise<Draft> => (await app.api('GET', `/workflows/${id}`)) as Draft

const saved = (page: Page) => page.locator('[data-save="saved"]').waitFor()

const add = async (page: Page, title: string): Promise<void> => {
  await page
    .getByRole('complementary', { name: 'Nodes and outline' })
    .getByRole('button', { name: title })
    .click()
}

test('two authors on one draft: both changes stand, and what both changed is asked about', async () => {
  const id = await create('two-authors')
  const { page } = await openPage(browser, app)
  await signInAsOwner(page, app, `/workflows/${id}`)
  await page.locator('#card-two').waitFor()

  // The other author, on the revision this page opened.
  const theirs = await read(id)
  const nodes = theirs.draft.nodes.map((node) =>
    node.id === 'two' ? { ...node, params: { message: 'theirs' } } : node,
  )
  const definition = {
    ...theirs.draft,
    nodes: [...nodes, { id: 'other', type: 'log.message', params: { message: 'x' } }],
  }
  await app.api('PUT', `/workflows/${id}/draft`, { definition, baseRevision: theirs.draftRevision })

  await add(page, 'Delay')
  await page.getByText('Somebody else edits this workflow').waitFor()
  await page.locator('#card-other').waitFor()
  await saved(page)
  const merged = await read(id)
  expect(merged.draft.nodes.map((node) => node.id)).toEqual(['start', 'one', 'two', 'delay', 'other'])
  expect(merged.draft.nodes[2]?.params).toEqual({ message: 'theirs' })
}, 120_000)

test('a crash while the server refuses loses nothing: the next visit has the work', async () => {
  const id = await create('crash')
  const { page } = await openPage(browser, app)
  await signInAsOwner(page, app, `/workflows/${id}`)
  await page.locator('#card-two').waitFor()
  await page.route('**/draft', (route) => route.fulfill({ status: 503, body: '' }))
  await add(page, 'Delay')
  await page.locator('[data-save="failed"]').waitFor()
  await journalled(page)

  // The page goes as in a crash: nothing of it runs on.
  const again = await page.context().newPage()
  await page.close({ runBeforeUnload: false })
  await again.goto(`/workflows/${id}`)
  await again.getByText('Unsaved changes of your last visit are back').waitFor()
  await again.locator('#card-delay').waitFor()
  await saved(again)
  expect((await read(id)).draft.nodes.map((node) => node.id)).toContain('delay')
}, 120_000)

/** Until the journal on this device has an entry. */
const journalled = (page: Page) =>
  page.waitForFunction(
    () =>
      new Promise<boolean>((resolve) => {
        const opening = indexedDB.open('millrace-journal')
        opening.onsuccess = () => {
          const count = opening.result.transaction('drafts').objectStore('drafts').count()
          count.onsuccess = () => {
            opening.result.close()
            resolve(count.result > 0)
          }
        }
      }),
  )
