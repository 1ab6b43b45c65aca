import { definition, node, settings } from '@millrace/contracts'
import { expect, it } from 'vitest'
import type { Field } from '../../../components/schema-form/model/field.js'
import { settingsFields, settingsOf, withSettings } from '../panel/settings-form.js'
import { ABOUT_FIELDS, SETTINGS_FIELDS } from './workflow-form.js'

const named = (fields: readonly Field[], name: string): Field | undefined =>
  fields.find((field) => field.name === name)
const namesOf = (field: Field | undefined) =>
  field?.kind === 'group' ? field.fields.map(({ name }) => name) : undefined

it('has a control for every member of a definition that the canvas does not show', () => {
  // The name stands in the toolbar.
  const elsewhere = ['format', 'name', 'nodes', 'edges', 'settings', 'ui']
  expect([...ABOUT_FIELDS.map(({ name }) => name), ...elsewhere].sort()).toEqual(
    Object.keys(definition.shape).sort(),
  )
})

it('has a control for every setting of a workflow, and none of them is plain JSON', () => {
  const offered = Object.keys(settings.shape).filter((name) => name !== 'sla')
  expect(SETTINGS_FIELDS.map(({ name }) => name)).toEqual(offered)
  expect(SETTINGS_FIELDS.filter(({ kind }) => kind === 'json')).toEqual([])
  expect(namesOf(named(SETTINGS_FIELDS, 'rateLimit'))).toEqual(['runs', 'perMs', 'key', 'whenFull'])
  // There is one mode only: nothing to choose.
  expect(namesOf(named(SETTINGS_FIELDS, 'debounce'))).toEqual(['waitMs', 'maxWaitMs', 'key'])
})

it('takes templates where the contract does: in keys', () => {
  const all = SETTINGS_FIELDS.flatMap((field) => (field.kind === 'group' ? field.fields : [field]))
  const templates = all.filter((field) => field.templates).map(({ name }) => name)
  expect(templates).toEqual(['key', 'key', 'key'])
})

it('has a control for every setting of a node', () => {
  // Id, type, name and params stand above and before them, the body on the canvas.
  const elsewhere = ['id', 'type', 'name', 'params', 'body']
  const fields = settingsFields(false, ['refund'])
  expect([...fields.map(({ name }) => name), ...elsewhere].sort()).toEqual(Object.keys(node.shape).sort())
  expect(named(fields, 'compensate')).toMatchObject({ kind: 'choice', options: ['refund'] })
  expect(settingsFields(true, [])).toEqual([])
})

it('keeps the settings of a node apart from its other members', () => {
  const charge = { id: 'charge', type: 'http.request', params: {}, name: 'Charge', compensate: 'refund' }
  expect(settingsOf(charge)).toEqual({ compensate: 'refund' })
  const { compensate: _, ...rest } = charge
  expect(withSettings(charge, {})).toEqual(rest)
})
