import type { NodeTypeDescriptor } from '@millrace/contracts'
import { titleOf } from '@millrace/engine'
import { describeNodeTypes } from '@millrace/nodes'
import { describe, expect, it } from 'vitest'
import { describeForm } from './describe-form.js'
import type { Field } from './field.js'
import { parseJsonSchema } from './json-schema.js'
import { activeVariant, chooseVariant } from './variants.js'

const TYPES = describeNodeTypes()
const formOf = ({ params, trigger }: NodeTypeDescriptor) => describeForm(params, !trigger)
const typeOf = (type: string) => TYPES.find((each) => each.type === type)!
const field = (type: string, name: string): Field => {
  const found = formOf(typeOf(type)).find((each) => each.name === name)
  if (found === undefined) throw new Error(`${type} has no ${name}`)
  return found
}

const propertiesOf = ({ params }: NodeTypeDescriptor) => parseJsonSchema(params).properties ?? {}
const propertyOf = (type: NodeTypeDescriptor, name: string) => propertiesOf(type)[name]

/** A form in one line: what a person sees. */
const draw = (fields: readonly Field[]): string => fields.map(drawField).join(' ')
const drawField = (each: Field): string => {
  const name = `${each.name}${each.required ? '*' : ''}${each.templates ? '' : '!'}`
  switch (each.kind) {
    case 'group':
      return `${name}(${draw(each.fields)})`
    case 'list':
      return `${name}[${drawField(each.item)}]`
    case 'record':
      return `${name}{${drawField(each.value)}}`
    case 'choice':
      return `${name}:${each.options.join('|')}`
    case 'variants':
      return `${name}<${each.tag}: ${each.options.map((o) => `${o.value}(${draw(o.fields)})`).join(' ')}>`
    default:
      return `${name}:${each.kind}`
  }
}

describe('describeForm', () => {
  it.each(TYPES.map((type) => [type.type, type] as const))('shows every param of %s', (_, type) => {
    expect(formOf(type).map(({ name }) => name)).toEqual(Object.keys(propertiesOf(type)))
    // Each has a control of its own: only what takes any value is left to plain JSON.
    for (const each of formOf(type))
      if (each.kind === 'json') expect(propertyOf(type, each.name)).toHaveProperty('control', 'json')
  })

  it.each([
    ['trigger.manual', ''],
    ['flow.delay', 'duration:text delayMs:number until:text'],
    [
      'flow.switch',
      'value:json cases*![*!(equals!:json when!:expression port*!:text)] mode:first|all fallback:text',
    ],
    [
      'http.request',
      'method:GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE url*:text query{*:text} lists:repeat|brackets|indices|comma headers{*:text} body:json auth(credential*:credential digest:boolean) timeoutMs:number followRedirects:boolean responseType:auto|json|text|bytes failOnStatus:boolean pagination!<mode: none() link(items!:expression maxPages!:number) cursor(next*!:expression param!:text items!:expression maxPages!:number) page(param!:text start!:number sizeParam!:text total!:expression size!:number items!:expression maxPages!:number) offset(param!:text start!:number sizeParam!:text total!:expression size!:number items!:expression maxPages!:number)>',
    ],
    [
      'trigger.webhook',
      'path*!:text method!:GET|POST|PUT|PATCH|DELETE auth!<kind: none() api-key(*!<in: header(name*!:text credential*!:credential) query(name*!:text credential*!:credential)>) hmac(credential*!:credential header!:text algorithm!:sha256|sha1|sha512 encoding!:hex|base64 prefix!:text) github(credential*!:credential)> respond!:immediately|result allowIps![*!:text]',
    ],
  ])('draws %s', (type, form) => expect(draw(formOf(typeOf(type)))).toBe(form))

  it('takes titles, help, defaults and what is required from the schema', () => {
    expect(field('http.request', 'method')).toMatchObject({
      title: 'Method',
      required: false,
      fallback: 'GET',
    })
    expect(field('http.request', 'url')).toMatchObject({
      kind: 'text',
      title: 'URL',
      help: 'Absolute, http or https. Values in it are encoded for where they stand.',
      required: true,
      templates: true,
      template: 'url',
    })
    expect(field('http.request', 'timeoutMs')).toMatchObject({ kind: 'number', integer: true, minimum: 1 })
  })

  it('offers no templates in triggers, nor in source text', () => {
    expect(field('trigger.webhook', 'path').templates).toBe(false)
    expect(field('flow.condition', 'if')).toMatchObject({ kind: 'expression', templates: false })
    expect(field('postgres.query', 'query')).toMatchObject({
      kind: 'code',
      language: 'sql',
      templates: false,
    })
    expect(field('flow.switch', 'cases')).toMatchObject({ kind: 'list', item: { templates: false } })
  })

  it('makes any value of what it cannot read', () => {
    expect(describeForm({ properties: { odd: { type: 7 } } }, true)).toEqual([])
    expect(describeForm({ properties: { odd: {} } }, true)).toMatchObject([{ name: 'odd', kind: 'json' }])
    expect(describeForm(null, true)).toEqual([])
  })
})

describe('variants', () => {
  const auth = () => {
    const found = field('trigger.webhook', 'auth')
    if (found.kind !== 'variants') throw new Error(found.kind)
    return found
  }

  it('shows the fields of the variant that the value, else the default, names', () => {
    expect(activeVariant(auth(), undefined)?.value).toBe('none')
    expect(activeVariant(auth(), { kind: 'hmac' })?.fields.map(({ name }) => name)).toEqual([
      'credential',
      'header',
      'algorithm',
      'encoding',
      'prefix',
    ])
    expect(activeVariant(auth(), { kind: 'gone' })?.value).toBe('none')
  })

  it('keeps what two variants have in common, and starts the inner ones', () => {
    const variant = (value: string) => auth().options.find((option) => option.value === value)!
    const hmac = { kind: 'hmac', credential: 'orders', algorithm: 'sha1' }
    expect(chooseVariant(auth(), hmac, variant('github'))).toEqual({ kind: 'github', credential: 'orders' })
    expect(chooseVariant(auth(), hmac, variant('api-key'))).toEqual({
      kind: 'api-key',
      in: 'header',
      credential: 'orders',
    })
    expect(chooseVariant(auth(), undefined, variant('none'))).toEqual({ kind: 'none' })
  })
})

it.each([
  ['failOnStatus', 'Fail on status'],
  ['api-key', 'Api key'],
  ['url', 'Url'],
])('calls %s %s', (name, title) => expect(titleOf(name)).toBe(title))
