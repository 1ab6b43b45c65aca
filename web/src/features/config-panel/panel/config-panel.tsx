import { Modal } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import type { DefinitionProblem, Json } from '@millrace/contracts'
import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react'
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
  const content = useRef<HTMLElement>(null)
  useFieldFocus(content, props.field)
  const { pass } = expressions
  const common = { document, node, type, sample, pass, pins, onPins: props.onPins }
  const panel = (
    <section
      ref={content}
      tabIndex={-1}
      className={classes['panel']}
      aria-label={`Settings of ${node.id}`}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !expanded && isFree(event)) props.onClose()
      }}
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
              memoryKey={`${workflow.id}/${node.id}`}
              problems={own}
              onChange={props.onChange}
            />
          }
          output={<OutputPane {...common} step={sample?.steps.get(node.id)} isLoading={isPending} />}
        />
      </ExpressionProvider>
    </section>
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

/** Escape closes the innermost thing that is open: a list of choices, completions or a popover before the panel. */
const isFree = ({ defaultPrevented, currentTarget, target }: KeyboardEvent): boolean =>
  !defaultPrevented &&
  target instanceof Element &&
  currentTarget.contains(target) &&
  target.closest('[aria-expanded="true"]') === null &&
  currentTarget.querySelector('[aria-haspopup][aria-expanded="true"]') === null

/** To the control of a field, or of the nearest field around it; to the first field where none is asked for. */
const useFieldFocus = (panel: RefObject<HTMLElement | null>, field: string | undefined) =>
  useEffect(() => {
    const root = panel.current
    if (root === null) return
    root.focus({ preventScroll: true })
    const enter = (): boolean => {
      const control = controlOf(root, field ?? '')
      control?.focus()
      return control !== undefined
    }
    if (enter()) return
    // Editors of code and expressions are loaded when they are first shown. Who went elsewhere meanwhile stays there.
    const watch = new MutationObserver(() => {
      if (window.document.activeElement !== root || enter()) watch.disconnect()
    })
    watch.observe(root, { childList: true, subtree: true })
    return () => watch.disconnect()
  }, [panel, field])

const controlOf = (root: HTMLElement, field: string): HTMLElement | undefined => {
  let frame: Element | null = null
  for (
    let pointer = field;
    frame === null && pointer !== '';
    pointer = pointer.slice(0, pointer.lastIndexOf('/'))
  )
    frame = root.querySelector(`[data-pointer="${CSS.escape(pointer)}"]`)
  frame ??= root.querySelector('[data-pointer]')
  return frame?.querySelector<HTMLElement>('input, textarea, [contenteditable], button') ?? undefined
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
