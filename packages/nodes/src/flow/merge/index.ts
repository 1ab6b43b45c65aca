import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { outputsByNode } from '../../inputs.js'

export const flowMerge = defineNode({
  type: 'flow.merge',
  version: 1,
  title: 'Merge',
  description: 'Brings branches together: their outputs by node id, as a list, or the first one.',
  category: 'flow',
  icon: 'git-merge',
  trigger: false,
  instant: true,
  params: z.strictObject({
    mode: z.enum(['object', 'array', 'first']).default('object').meta({
      title: 'Mode',
      description: 'Lists and `first` go by the order of the edges. Branches that were skipped are left out.',
    }),
  }),
  output: json,
  ports: ['main'],
  effect: 'pure',
  readsInputs: true,
  async execute({ inputs }, { mode }) {
    switch (mode) {
      case 'object':
        return { output: outputsByNode(inputs) }
      case 'array':
        return { output: inputs.map(({ output }) => output ?? null) }
      case 'first':
        return { output: inputs[0]?.output }
    }
  },
})
