import { Modal } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import type { DefinitionProblem, Json, Step } from '@millrace/contracts'
import { useMemo, useState } from 'react'
import { parseJsonSchema } from '../../../components/schema-form/model/json-schema.js'
import { byPointer } from '../../../components/schema-form/model/problems.js'
import type { Texts } from '../../../components/schema-form/model/texts.js'
import {
  containersAround,
  type NodeTypes,
  type PanelDocument,
  type PanelNode,
  upstreamOf,
} from '../panel-document.js'
import { type Pins, type Sample, scopeOf } from '../samples/sample.js'
import { usePass } from '../samples/use-pass.js'
import { useSample } from '../samples/use-sample.js'
import { exampleInput } from '../triggers/example-input.js'
import { InputPane } from './input-pane.js'
import { OutputPane } from './output-pane.js'
import classes from './panel.module.css'
import { ExpressionProvider } from './panel-context.js'
import { PanelFrame } from './panel-frame.js'
import { PanelHeader } from './panel-header.js'
import { Panes } from './panes.js'
import { ParamsPane } from './params-pane.js'
import { PassChooser } from './pass-chooser.js'
import { useEvaluator } from './use-evaluator.js'
import { useSameList } from './use-same-list.js'
import { useTestRun } from './use-test-run.js'

export interface ConfigPanelProps {
  readonly workflow: { readonly id: string; readonly name: string }
  /** As it stands in the editor, stored or not. */
  readonly document: PanelDocument
  readonly nodeId: string
  readonly nodeTypes: NodeTypes
  /** Of the node; pointers begin at it. */
  readonly problems: readonly DefinitionProblem[]
  /** Pointer of the field to begin at. */
  readonly field?: string | undefined
  readonly onChange: (node: PanelNode) => void
  /** What has been typed into its form and is no value yet. */
  readonly texts: Texts
  readonly onTexts: (texts: Texts) => void
  /** Gives the node another id; says why not. */
  readonly onRename: (id: string) => string | undefined
  readonly onClose: () => void
  /** Stores the draft as it stands, and gives its revision. */
  readonly saveDraft: () => Promise<number>
  readonly pins: Pins
  readonly onPins: (pins: Pins) => void
}

/** From this width on, in pixels, the three panes stand side by side. */
const WIDE = 880

/** Configures one node and tries it: the data that comes in, its form, and what came out. */
export const ConfigPanel = (props: ConfigPanelProps) => {
  const node = props.document.nodes.find(({ id }) => id === props.nodeId)
  // Whoever goes on to the next node of a body stays in the pass that was chosen.
  const [passes, setPasses] = useState<ReadonlyMap<string, number>>(new Map())
  // Deleted while it was open: whoever shows the panel closes it.
  return node === undefined ? null : (
    <Panel {...props} node={node} passes={passes} onPasses={setPasses} key={node.id} />
  )
}

interface PanelProps extends ConfigPanelProps {
  readonly node: PanelNode
  /** The pass chosen of a container, by its id. */
  readonly passes: ReadonlyMap<string, number>
  readonly onPasses: (passes: ReadonlyMap<string, number>) => void
}

const Panel = (props: PanelProps) => {
  const { workflow, document, node, nodeTypes, pins, problems } = props
  const [runId, setRunId] = useState<string>()
  const [expanded, setExpanded] = useState(false)
  const { ref, width } = useElementSize()
  const type = nodeTypes.get(node.type)
  // The sample goes to a worker whenever it changes, and may have megabytes.
  const upstream = useSameList(useMemo(() => upstreamOf(document, node.id), [document, node.id]))
  const ids = useMemo(() => [node.id, ...upstream], [node.id, upstream])
  const containers = useSameList(
    useMemo(() => containersAround(document, node.id).reverse(), [document, node.id]),
  )
  const { sample, indexes, isPending } = useSample({
    workflowId: workflow.id,
    ids,
    runId,
    containers,
    chosen: props.passes,
  })
  const { expressions, shown } = useExpressionContext(props, { upstream, containers, sample, indexes })
  const test = useTestRun({
    workflowId: workflow.id,
    // A body runs in its container: the outermost one is what a run can be cut to.
    nodeId: containers[0] ?? node.id,
    sample,
    pins,
    example: useMemo(() => exampleFor(document, ids, nodeTypes), [document, ids, nodeTypes]),
    saveDraft: props.saveDraft,
    onStarted: setRunId,
  })
  const own = useMemo(() => byPointer(problems), [problems])
  const common = { document, node, type, sample, pins, onPins: props.onPins }
  const panel = (
    <PanelFrame
      label={`Settings of ${node.id}`}
      field={props.field}
      onEscape={expanded ? undefined : props.onClose}
    >
      <PanelHeader
        {...common}
        test={test}
        expanded={expanded}
        onExpand={setExpanded}
        onRename={props.onRename}
        onChange={props.onChange}
        onClose={props.onClose}
      />
      <ExpressionProvider value={expressions}>
        <Panes
          wide={expanded || width >= WIDE}
          input={
            <InputPane
              {...common}
              upstream={upstream}
              test={test}
              memoryKey={`${workflow.id}/${node.id}`}
              shown={shown}
              passes={
                <PassChooser
                  node={node.id}
                  containers={containers}
                  indexes={indexes}
                  around={shown.around}
                  steps={sample?.all ?? NO_STEPS}
                  onChoose={(container, index) => props.onPasses(new Map(props.passes).set(container, index))}
                />
              }
            />
          }
          params={
            <ParamsPane
              {...common}
              nodeTypes={nodeTypes}
              memoryKey={`${workflow.id}/${node.id}`}
              problems={own}
              onChange={props.onChange}
              texts={props.texts}
              onTexts={props.onTexts}
            />
          }
          output={<OutputPane {...common} step={sample?.steps.get(node.id)} isLoading={isPending} />}
        />
      </ExpressionProvider>
    </PanelFrame>
  )
  return (
    <div ref={ref} className={classes['host']}>
      {expanded ? (
        <Modal.Root opened onClose={() => setExpanded(false)} size="min(1480px, 96vw)" centered>
          <Modal.Overlay />
          <Modal.Content aria-label={`Larger panel of ${node.id}`}>
            <Modal.Body p={0} className={classes['expanded'] ?? ''}>
              {panel}
            </Modal.Body>
          </Modal.Content>
        </Modal.Root>
      ) : (
        panel
      )}
    </div>
  )
}

const NO_STEPS: readonly Step[] = []

interface Shown {
  readonly upstream: readonly string[]
  readonly containers: readonly string[]
  readonly sample: Sample | undefined
  readonly indexes: readonly number[]
}

const useExpressionContext = (
  { workflow, document, nodeTypes, pins }: PanelProps,
  { upstream, containers, sample, indexes }: Shown,
) => {
  const facts = useMemo(
    () => ({ workflow: { id: workflow.id, name: workflow.name }, vars: document.vars }),
    [workflow.id, workflow.name, document.vars],
  )
  const around = useMemo(
    () => scopeOf(sample, upstream, pins, { ...facts, pass: undefined }),
    [sample, upstream, pins, facts],
  )
  const lists = useMemo(
    () => containers.map((id) => document.nodes.find((each) => each.id === id)?.params['items']),
    [document, containers],
  )
  const shown = usePass(lists, indexes, around)
  const { pass } = shown
  const scope = useMemo(
    () => scopeOf(sample, upstream, pins, { ...facts, pass }),
    [sample, upstream, pins, facts, pass?.item, pass?.index],
  )
  const evaluator = useEvaluator(scope)
  const outputs = useMemo(() => {
    const types = new Map(document.nodes.map((each) => [each.id, nodeTypes.get(each.type)]))
    return new Map(upstream.map((id) => [id, parseJsonSchema(types.get(id)?.output ?? {})]))
  }, [document.nodes, nodeTypes, upstream])
  const hasSample = sample !== undefined || Object.keys(scope.steps).length > 0
  const expressions = useMemo(
    () => ({ known: { scope, outputs }, evaluator, hasSample }),
    [scope, outputs, evaluator, hasSample],
  )
  return { expressions, shown }
}

/** What the first trigger that leads to a node gives, empty. */
const exampleFor = ({ nodes }: PanelDocument, ids: readonly string[], nodeTypes: NodeTypes): Json =>
  exampleInput(
    nodes
      .filter((each) => ids.includes(each.id))
      .map((each) => nodeTypes.get(each.type))
      .find((each) => each?.trigger),
  )
