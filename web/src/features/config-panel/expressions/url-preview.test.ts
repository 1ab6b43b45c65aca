import { compileTemplate } from '@millrace/expressions'
import { describeNodeTypes, urlParams } from '@millrace/nodes'
import { describe, expect, it } from 'vitest'
import { describeForm } from '../../../components/schema-form/model/describe-form.js'
import { preview } from './evaluate.js'

const scope = {
  trigger: { id: 'a/b&c', none: null, empty: '', dots: '..', n: 7, list: [1, 'x'], base: 'https://h/v1?k=1' },
  steps: { find: { output: { name: 'Ä ö' } } },
  run: { id: 'r', workflowId: 'w', startedAt: '2026-07-04T09:30:00.000Z' },
  workflow: { id: 'w', name: 'orders', version: 1 },
  vars: { host: 'https://api.example' },
}

/** As a worker resolves the params of a step, which is also how a step test does. */
const sent = async (url: string) => {
  try {
    const template = compileTemplate({ url }, '/params', urlParams('http.request'))
    const { url: resolved } = (await template.resolve(scope)) as { url?: string }
    return resolved === undefined ? { kind: 'nothing' } : { kind: 'value', text: JSON.stringify(resolved) }
  } catch (error) {
    return { kind: 'error', message: (error as Error).message.replace(/^\/params\/url: /, '') }
  }
}

const shown = async (url: string) => {
  const { params } = describeNodeTypes().find(({ type }) => type === 'http.request')!
  const { template } = describeForm(params, true).find(({ name }) => name === 'url')!
  return await preview(url, template, scope)
}

describe('the preview of a URL', () => {
  it.each([
    'https://h/plain',
    'https://h/\\{{ x }}',
    'https://h/{{ trigger.id }}',
    'https://h/{{ trigger.id }}?q={{ trigger.id }}#{{ steps.find.output.name }}',
    '{{ vars.host }}/{{ trigger.list }}/{{ trigger.n }}',
    '{{ trigger.base }}&q={{ trigger.none }}',
    'https://h/?q={{ trigger.gone }}&r={{ trigger.none }}',
    '{{ "https://h/" & trigger.id }}',
    'https://h/{{ $encodeUrl(trigger.id) }}',
    'https://{{ trigger.id }}.example/',
    'https://h/{{ trigger.empty }}',
    '{{ trigger.gone }}',
    'https://h/{{ trigger.dots }}',
    'https://h/{{ trigger.gone }}',
    'https://h/c-{{ trigger.none }}',
    'https://h/{{ $encodeUrlComponent(trigger.gone) }}',
    '{{ vars.gone }}/orders',
    'https://h/{{ trigger.',
  ])('is what a run sends, or why it sends nothing: %s', async (url) => {
    expect(await shown(url)).toMatchObject(await sent(url))
  })

  it('encodes values in no other text', async () => {
    expect(await preview('x/{{ trigger.id }}', 'text', scope)).toMatchObject({ text: '"x/a/b&c"' })
  })
})
