import { CloseButton } from '@mantine/core'
import type { DefinitionProblem, Json, JsonObject } from '@millrace/contracts'
import { useMemo, useState } from 'react'
import type { Alternatives } from '../../../components/schema-form/model/input-mode.js'
import { byPointer } from '../../../components/schema-form/model/problems.js'
import type { Texts } from '../../../components/schema-form/model/texts.js'
import { isObject } from '../../../components/schema-form/model/value.js'
import { SchemaForm } from '../../../components/schema-form/schema-form.js'
import { ExpressionField } from '../panel/expression-field.js'
import { HomelessProblems } from '../panel/homeless-problems.js'
import classes from '../panel/panel.module.css'
import { ExpressionProvider } from '../panel/panel-context.js'
import { PanelFrame } from '../panel/panel-frame.js'
import { useEvaluator } from '../panel/use-evaluator.js'
import { useSameList } from '../panel/use-same-list.js'
import type { NodeTypes, PanelDocument } from '../panel-document.js'
import { scopeOf } from '../samples/sample.js'
import { useSample } from '../samples/use-sample.js'
import { ABOUT_FIELDS, SETTINGS_FIELDS } from './workflow-form.js'

export interface WorkflowSettingsProps {
  readonly workflow: { readonly id: string; readonly name: string }
  /** As it stands in the editor, stored or not. */
  readonly document: Pick<PanelDocument, 'nodes' | 'vars'>
  readonly nodeTypes: NodeTypes
  /** The definition's own members, without nodes and edges. */
  readonly members: JsonObject
  /** Of the workflow as a whole; pointers begin at the definition. */
  readonly problems: readonly DefinitionProblem[]
  /** Pointer of the field to begin at. */
  readonly field?: string | undefined
  /** Undefined takes the member away. */
  readonly onChange: (member: string, value: Json | undefined) => void
  /** What has been typed and is no value yet. */
  readonly texts: Texts
  readonly onTexts: (texts: Texts) => void
  readonly onClose: () => void
}

/** What the workflow is told beside its nodes and edges. */
export const WorkflowSettings = (props: WorkflowSettingsProps) => {
  const { members, onChange, onClose } = props
  const [alternatives, onAlternatives] = useState<Alternatives>(new Map())
  const problems = useMemo(() => byPointer(props.problems), [props.problems])
  const expressions = useExpressionsOfRuns(props)
  const context = {
    problems,
    alternatives,
    onAlternatives,
    texts: props.texts,
    onTexts: props.onTexts,
    renderExpression: ExpressionField,
    renderCredential: () => null,
  }
  const settings = members['settings']
  return (
    <PanelFrame label="Settings of the workflow" field={props.field} onEscape={onClose}>
      <header className={classes['header']}>
        <div className={classes['headline']}>
          <div className={classes['names']}>
            <h2 className={classes['title']}>Workflow settings</h2>
          </div>
          <CloseButton size={28} aria-label="Close the settings" onClick={onClose} />
        </div>
      </header>
      <div className={classes['pane']}>
        <div className={classes['body']}>
          <HomelessProblems problems={problems} shown={SHOWN} />
          <ExpressionProvider value={expressions}>
            <SchemaForm
              {...context}
              fields={ABOUT_FIELDS}
              pointer=""
              value={members}
              onChange={(next) => {
                for (const { name } of ABOUT_FIELDS)
                  if (next[name] !== members[name]) onChange(name, next[name])
              }}
            />
            <SchemaForm
              {...context}
              fields={SETTINGS_FIELDS}
              pointer="/settings"
              value={isObject(settings) ? settings : {}}
              onChange={(next) => onChange('settings', next)}
            />
          </ExpressionProvider>
        </div>
      </div>
    </PanelFrame>
  )
}

const SHOWN = ['/nodes', '/edges', ...ABOUT_FIELDS.map(({ name }) => `/${name}`), '/settings']

const NO_CONTAINERS = { containers: [], chosen: new Map<string, number>() }

/** Keys are worked out when a run is about to begin, before any of its steps: they read the latest run's trigger. */
const useExpressionsOfRuns = ({ workflow, document, nodeTypes }: WorkflowSettingsProps) => {
  const { id, name } = workflow
  const triggers = useSameList(
    document.nodes.flatMap((node) => (nodeTypes.get(node.type)?.trigger === true ? [node.id] : [])),
  )
  const { sample } = useSample({ workflowId: id, ids: triggers, runId: undefined, ...NO_CONTAINERS })
  const scope = useMemo(
    () => scopeOf(sample, [], {}, { workflow: { id, name }, vars: document.vars, pass: undefined }),
    [sample, id, name, document.vars],
  )
  const evaluator = useEvaluator(scope)
  return useMemo(
    () => ({
      known: { scope, outputs: new Map() },
      evaluator,
      hasSample: sample !== undefined,
    }),
    [scope, evaluator, sample],
  )
}
