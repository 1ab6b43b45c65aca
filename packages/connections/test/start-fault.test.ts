import { ConfigError } from '@millrace/config'
import { expect, test } from 'vitest'
import { StartFault, startFaultOf } from '../src/index.js'

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
