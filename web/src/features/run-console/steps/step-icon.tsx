import { stateOf } from '../../../components/state/state.js'
import { StateIcon } from '../../../components/state/state-icon.js'
import type { ShownStep } from '../document/shown-step.js'

export const StepIcon = ({ step, size = 15 }: { readonly step: ShownStep; readonly size?: number }) => (
  <StateIcon state={stateOf(step)} size={size} />
)
