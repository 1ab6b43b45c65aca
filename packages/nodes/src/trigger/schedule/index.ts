import { z } from 'zod'
import { defineNode } from '../../define.js'
import { scheduleParams } from './params.js'

export const scheduleTrigger = defineNode({
  type: 'trigger.schedule',
  version: 1,
  title: 'Schedule',
  description: 'Starts a run at each tick of a cron expression, once a tick.',
  category: 'trigger',
  icon: 'clock',
  trigger: true,
  params: scheduleParams,
  output: z.object({ scheduledAt: z.iso.datetime() }),
  ports: ['main'],
  effect: 'pure',
})
