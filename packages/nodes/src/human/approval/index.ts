import { approvalTimeout, assignees, formField, json, type WaitResult } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { duration } from '../../flow/duration.js'

const people = assignees.extend({
  users: z
    .array(z.string().max(254).toLowerCase())
    .max(100)
    .default([])
    .meta({ title: 'Users', description: 'E-mail addresses.' }),
  roles: assignees.shape.roles.default([]).meta({ title: 'Roles' }),
})

export const humanApproval = defineNode({
  type: 'human.approval',
  version: 1,
  title: 'Approval',
  description: 'Asks people. The run parks until one of them decides, or the deadline does.',
  category: 'human',
  icon: 'user-check',
  trigger: false,
  params: z
    .strictObject({
      title: z.string().min(1).max(200).meta({ title: 'Title' }),
      description: z.string().max(10_000).optional().meta({ title: 'Description' }),
      assignees: people.prefault({}).meta({
        title: 'Assignees',
        description: 'Nobody named: whoever may operate runs.',
      }),
      form: z.array(formField).max(50).default([]).meta({ title: 'Form' }),
      selfApproval: z.boolean().default(true).meta({
        title: 'Self-approval',
        description: 'Whether the one who started the run may decide.',
      }),
      timeout: duration.optional().meta({ title: 'Deadline', description: 'Such as 4h or 2d.' }),
      onTimeout: approvalTimeout.default('reject').meta({ title: 'At the deadline' }),
      escalation: z
        .strictObject({
          assignees: people,
          timeout: duration.optional(),
          onTimeout: approvalTimeout.exclude(['escalate']).default('reject'),
        })
        .optional()
        .meta({ title: 'Escalation', description: 'Who is asked next, and for how long.' }),
    })
    .refine((params) => params.onTimeout !== 'escalate' || params.escalation !== undefined, {
      path: ['escalation'],
      message: 'say to whom it escalates',
    }),
  output: json,
  ports: ['main', 'approved', 'rejected'],
  effect: 'pure',
  async execute(_ctx, params) {
    const { title, description, assignees, form, selfApproval, timeout, onTimeout, escalation } = params
    return {
      wait: {
        kind: 'approval',
        title,
        ...(description === undefined ? {} : { description }),
        assignees,
        form,
        selfApproval,
        timeoutMs: timeout,
        whenDue: onTimeout,
        ...(onTimeout === 'approve' || onTimeout === 'reject' ? { onTimeout: decided(onTimeout) } : {}),
        ...(onTimeout === 'escalate' &&
          escalation !== undefined && {
            escalation: {
              assignees: escalation.assignees,
              timeoutMs: escalation.timeout,
              whenDue: escalation.onTimeout,
              ...(escalation.onTimeout === 'fail' ? {} : { onTimeout: decided(escalation.onTimeout) }),
            },
          }),
      },
    }
  },
})

/** The deadline's own decision. */
const decided = (decision: 'approve' | 'reject'): WaitResult => ({
  kind: 'completed',
  output: { approved: decision === 'approve', by: null, timedOut: true },
  ports: ['main', decision === 'approve' ? 'approved' : 'rejected'],
})
