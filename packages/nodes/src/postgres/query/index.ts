import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { credential } from '../../params/schemas.js'
import { controlsTransaction, copies } from './first-word.js'

export const postgresQuery = defineNode({
  type: 'postgres.query',
  version: 1,
  title: 'Postgres query',
  description:
    'Runs one parameterised statement against the database of a credential, as a transaction of its own.',
  category: 'data',
  icon: 'database',
  trigger: false,
  params: z.strictObject({
    credential: credential(['postgres'], { title: 'Database' }),
    query: z
      .string()
      .min(1)
      .max(100_000)
      // A template here would paste data into SQL; `params` is the safe way, so there is no other.
      .refine((sql) => !sql.includes('{{'), { message: 'put values in `params` and write $1, $2 … here' })
      .refine((sql) => !controlsTransaction(sql), {
        message: 'each step is a transaction of its own: put what belongs together into one statement',
      })
      .refine((sql) => !copies(sql), { message: 'COPY is not possible here: select or insert the rows' })
      .meta({
        title: 'Query',
        description: 'One statement with $1, $2 …',
        control: 'code',
        language: 'sql',
        raw: true,
      }),
    params: z.array(json).max(1_000).default([]).meta({ title: 'Values', control: 'json' }),
    readOnly: z.boolean().default(false).meta({
      title: 'Only reads',
      description:
        'The database refuses what writes or locks rows. A read need not wait for what came before it to be stored.',
    }),
  }),
  output: z.object({ rows: z.array(json), rowCount: z.int() }),
  ports: ['main'],
  effect: ({ readOnly }) => (readOnly ? 'read' : 'write'),
  async execute(ctx, { credential, query, params, readOnly }) {
    const { rows, rowCount } = await ctx.sql(credential, query, params, { readOnly })
    return { output: { rows, rowCount } }
  },
})
