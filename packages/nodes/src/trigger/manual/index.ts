import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'

export const manualTrigger = defineNode({
  type: 'trigger.manual',
  version: 1,
  title: 'Manual',
  description: 'Starts a run from the canvas, the CLI or the API. Its output is the input of the run.',
  category: 'trigger',
  icon: 'play',
  trigger: true,
  params: z.strictObject({}),
  output: json,
  ports: ['main'],
  effect: 'pure',
})
