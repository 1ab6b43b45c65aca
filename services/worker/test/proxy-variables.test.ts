import { describe, expect, it } from 'vitest'
import { unusedProxyVariables } from '../src/capabilities/proxy-variables.js'

describe('variables that name a proxy', () => {
  it.each([
    [{}, undefined],
    [{ NO_PROXY: 'a', HTTP_PROXY: '', PATH: '/bin' }, undefined],
    [{ HTTP_PROXY: 'http://u:secret@proxy:3128' }, /^HTTP_PROXY is not used: /],
    [
      { https_proxy: 'http://proxy', HTTP_PROXY: 'http://proxy' },
      /^https_proxy and HTTP_PROXY are not used: /,
    ],
  ])('are named, without what they hold (I8): %j', (environment, said) => {
    const told = unusedProxyVariables(environment)
    if (said === undefined) expect(told).toBeUndefined()
    else expect(told).toMatch(said)
    expect(told ?? '').not.toContain('secret')
  })
})
