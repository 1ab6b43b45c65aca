import { stateOf } from '../../../components/state/state.js'
import { StateIcon } from '../../../components/state/state-icon.js'
import type { ShownStep } from '../document/shown-step.js'

interface StepIconProps {
  readonly step: Pick<ShownStep, 'status' | 'error' | 'retryAt'>
  readonly size?: number
}

export const StepIcon = ({ step, size = 15 }: StepIconProps) => (
  <StateIcon state={stateOf(step)} size={size} />
)
