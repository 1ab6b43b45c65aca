import type { Browser } from 'playwright-core'
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

test('signing in leads to the page asked for, a reload keeps the session, signing out ends it', async () => {
  await app.api('POST', '/workflows', {
    definition: { format: 'millrace/v1', name: 'first', nodes: [], edges: [] },
  })
  const { page, problems } = await openPage(browser, app)
  await signInAsOwner(page, app, '/workflows')
  await page.getByRole('link', { name: 'first', exact: true }).waitFor()

  await page.reload()
  await page.getByRole('link', { name: 'first', exact: true }).waitFor()

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL('**/sign-in')
  await page.goto('/workflows')
  await page.waitForURL('**/sign-in?next=**')
  expect(problems).toEqual([])
  await page.context().close()
}, 120_000)

test('a wrong password is said, and what was typed stays', async () => {
  const { page } = await openPage(browser, app)
  await page.goto('/sign-in')
  await page.getByRole('textbox', { name: 'E-mail' }).fill(app.owner.email)
  await page.getByRole('textbox', { name: 'Password' }).fill('not this one')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').getByText('E-mail or password is wrong').waitFor()
  expect(await page.getByRole('textbox', { name: 'E-mail' }).inputValue()).toBe(app.owner.email)
  await page.context().close()
}, 120_000)
