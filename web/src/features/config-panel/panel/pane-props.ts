import type { NodeTypeDescriptor } from '@millrace/contracts'
import type { PanelDocument, PanelNode } from '../panel-document.js'
import type { Pins, Sample } from '../samples/sample.js'
import type { useTestRun } from './use-test-run.js'

/** What all parts of a panel are given. */
export interface PaneProps {
  readonly document: PanelDocument
  readonly node: PanelNode
  /** Undefined for a type that this server does not know. */
  readonly type: NodeTypeDescriptor | undefined
  readonly sample: Sample | undefined
  readonly pins: Pins
  readonly onPins: (pins: Pins) => void
}

export type TestRun = ReturnType<typeof useTestRun>
