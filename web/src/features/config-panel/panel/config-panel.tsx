import { Modal } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import type { DefinitionProblem, Json } from '@millrace/contracts'
import { useMemo, useState } from 'react'
import { parseJsonSchema } from '../../../components/schema-form/model/json-schema.js'
import { byPointer } from '../../../components/schema-form/model/problems.js'
import {
  containersAround,
  type NodeTypes,
  type PanelDocument,
  type PanelNode,
  upstreamOf,
} from '../panel-document.js'
import { type Pins, scopeOf } from '../samples/sample.js'
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
  // Deleted while it was open: whoever shows the panel closes it.
  return node === undefined ? null : <Panel {...props} node={node} key={node.id} />
}

interface PanelProps extends ConfigPanelProps {
  readonly node: PanelNode
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
  const { sample, isPending } = useSample(workflow.id, ids, runId)
  const expressions = useExpressionContext(props, upstream, sample)
  const test = useTestRun({
    workflowId: workflow.id,
    // A body runs in its container: the outermost one is what a run can be cut to.
    nodeId: containersAround(document, node.id).at(-1) ?? node.id,
    sample,
    pins,
    example: useMemo(() => exampleFor(document, ids, nodeTypes), [document, ids, nodeTypes]),
    saveDraft: props.saveDraft,
    onStarted: setRunId,
  })
  const own = useMemo(() => byPointer(problems), [problems])
  const { pass } = expressions
  const common = { document, node, type, sample, pass, pins, onPins: props.onPins }
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
          input={<InputPane {...common} upstream={upstream} test={test} />}
          params={
            <ParamsPane
              {...common}
              nodeTypes={nodeTypes}
              memoryKey={`${workflow.id}/${node.id}`}
              problems={own}
              onChange={props.onChange}
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

const useExpressionContext = (
  { workflow, document, node, nodeTypes, pins }: PanelProps,
  upstream: readonly string[],
  sample: Parameters<typeof scopeOf>[0],
) => {
  const facts = useMemo(
    () => ({ workflow: { id: workflow.id, name: workflow.name }, vars: document.vars }),
    [workflow.id, workflow.name, document.vars],
  )
  const around = useMemo(
    () => scopeOf(sample, upstream, pins, { ...facts, pass: undefined }),
    [sample, upstream, pins, facts],
  )
  const pass = usePass(useItemLists(document, node.id), around)
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
  return useMemo(
    () => ({ known: { scope, outputs }, evaluator, hasSample, pass }),
    [scope, outputs, evaluator, hasSample],
  )
}

/** What the containers around a node are given as items, the outermost first. */
const useItemLists = (document: PanelDocument, id: string): readonly (Json | undefined)[] =>
  useMemo(
    () =>
      containersAround(document, id)
        .map((container) => document.nodes.find((each) => each.id === container)?.params['items'])
        .reverse(),
    [document, id],
  )

/** What the first trigger that leads to a node gives, empty. */
const exampleFor = ({ nodes }: PanelDocument, ids: readonly string[], nodeTypes: NodeTypes): Json =>
  exampleInput(
    nodes
      .filter((each) => ids.includes(each.id))
      .map((each) => nodeTypes.get(each.type))
      .find((each) => each?.trigger),
  )
