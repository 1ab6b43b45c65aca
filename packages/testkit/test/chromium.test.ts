import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTempFolder, findChromium, type TempFolder } from '@millrace/testkit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

let folder: TempFolder

beforeEach(() => {
  folder = createTempFolder()
})
afterEach(() => {
  vi.unstubAllEnvs()
  folder.remove()
})

const place = (path: string): string => {
  const file = join(folder.path, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, '#!/bin/sh\n')
  chmodSync(file, 0o755)
  return file
}

const silent = () => {}

test('CHROMIUM_PATH outranks what is on PATH', () => {
  const chosen = place('chosen/browser')
  place('bin/chromium')
  vi.stubEnv('PATH', join(folder.path, 'bin'))
  vi.stubEnv('CHROMIUM_PATH', chosen)
  expect(findChromium(silent)).toBe(chosen)
})

test('a CHROMIUM_PATH that leads nowhere is said, not worked round', () => {
  vi.stubEnv('CHROMIUM_PATH', join(folder.path, 'nothing'))
  expect(() => findChromium(silent)).toThrow(/there is no such file/)
})

test('finds Chromium under any of its names, and says what to do where there is none', () => {
  vi.stubEnv('CHROMIUM_PATH', undefined)
  // Without apt-get on PATH nothing is installed either.
  vi.stubEnv('PATH', join(folder.path, 'bin'))
  expect(() => findChromium(silent)).toThrow(/apt-get install chromium/)
  const chrome = place('bin/google-chrome')
  expect(findChromium(silent)).toBe(chrome)
})
