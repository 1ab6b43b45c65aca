import type { StepState } from '@millrace/engine'
import { stateOf } from '../../../components/state/state.js'
import { StateIcon } from '../../../components/state/state-icon.js'

export const StepIcon = ({ step, size = 15 }: { readonly step: StepState; readonly size?: number }) => (
  <StateIcon state={stateOf(step)} size={size} />
)
