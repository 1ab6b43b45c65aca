import { ConfigError } from '@millrace/config'
import { expect, test } from 'vitest'
import { lossReporter, StartFault, startFaultOf } from '../src/index.js'

const withCode = (code: string, message: string) => Object.assign(new Error(message), { code })

test.each([
  [new ConfigError(['PORT is wrong', 'HOST is wrong']), /^PORT is wrong; HOST is wrong$/],
  [new StartFault('set this'), /^set this$/],
  [withCode('ECONNREFUSED', 'connect ECONNREFUSED'), /^nobody listens .* \(connect ECONNREFUSED\)$/],
  [withCode('28P01', 'password failed'), /user or the password of DATABASE_URL: correct them/],
  [withCode('3D000', 'database "x" does not exist'), /create it \(database "x" does not exist\)/],
  [new Error('no idea'), /^no idea$/],
])('says what to change: %s', (error, sentence) => {
  expect(startFaultOf(error)).toMatch(sentence)
})

test('what fails again and again is told at once, and then every ten seconds with its number', () => {
  let now = 0
  const lines: object[] = []
  const report = lossReporter({ warn: (line: object) => void lines.push(line) }, () => now)
  for (let i = 0; i < 1_000; i++) report(new Error('away'))
  report(new Error('another'))
  expect(lines).toHaveLength(2)
  now = 10_000
  report(new Error('away'))
  expect(lines[2]).toMatchObject({ repeated: 999 })
})
