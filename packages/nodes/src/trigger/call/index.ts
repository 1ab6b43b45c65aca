import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'

export const callTrigger = defineNode({
  type: 'trigger.call',
  version: 1,
  title: 'Called',
  description:
    'Starts a run when a step of another workflow calls this one. Its output is the input of the call.',
  category: 'trigger',
  icon: 'arrow-guide',
  trigger: true,
  params: z.strictObject({}),
  output: json,
  ports: ['main'],
  effect: 'pure',
})
