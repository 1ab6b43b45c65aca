import { Text } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { CredentialControl, ExpressionControl } from '../../../components/schema-form/form-context.js'
import { describeForm } from '../../../components/schema-form/model/describe-form.js'
import type { Alternatives } from '../../../components/schema-form/model/input-mode.js'
import type { NodeProblems } from '../../../components/schema-form/model/problems.js'
import type { Texts } from '../../../components/schema-form/model/texts.js'
import { pointerTo } from '../../../components/schema-form/model/value.js'
import { SchemaForm } from '../../../components/schema-form/schema-form.js'
import { CredentialPicker } from '../credentials/credential-picker.js'
import { type NodeTypes, type PanelNode, undoersOf } from '../panel-document.js'
import { ExpressionField } from './expression-field.js'
import { HomelessProblems } from './homeless-problems.js'
import type { PaneProps } from './pane-props.js'
import classes from './panel.module.css'
import { settingsFields, settingsOf, withSettings } from './settings-form.js'

interface ParamsPaneProps extends PaneProps {
  readonly nodeTypes: NodeTypes
  readonly problems: NodeProblems
  /** Of the node among all. */
  readonly memoryKey: string
  readonly onChange: (node: PanelNode) => void
  readonly texts: Texts
  readonly onTexts: (texts: Texts) => void
}

/** The other way in which each field was filled, by node: kept as long as the page is open. */
const kept = new Map<string, Alternatives>()

/** The form of the node's params, and what every node can be told. */
export const ParamsPane = ({
  document,
  node,
  type,
  nodeTypes,
  problems,
  memoryKey,
  onChange,
  texts,
  onTexts,
}: ParamsPaneProps) => {
  const isTrigger = type?.trigger ?? false
  const [alternatives, setAlternatives] = useState<Alternatives>(() => kept.get(memoryKey) ?? new Map())
  const fields = useMemo(() => describeForm(type?.params ?? {}, !isTrigger), [type, isTrigger])
  const settings = settingsFields(isTrigger, undoersOf(document, node, nodeTypes))
  const context = {
    problems,
    texts,
    onTexts,
    alternatives,
    onAlternatives: (next: Alternatives) => {
      kept.set(memoryKey, next)
      setAlternatives(next)
    },
    renderExpression: (control: ExpressionControl) => <ExpressionField {...control} />,
    renderCredential: (control: CredentialControl) => (
      <CredentialPicker {...control} suggestedUrl={calledUrl(node)} />
    ),
  }
  const shown = [
    ...fields.map(({ name }) => pointerTo('/params', name)),
    ...settings.map(({ name }) => pointerTo('', name)),
  ]
  return (
    <div className={classes['body']}>
      <HomelessProblems problems={problems} shown={shown} />
      {type === undefined ? (
        <Text size="sm">This server has no node type {node.type}. Its params are kept as they are.</Text>
      ) : (
        <>
          <Text size="xs" c="dimmed">
            {type.description}
          </Text>
          <SchemaForm
            {...context}
            fields={fields}
            pointer="/params"
            value={node.params}
            onChange={(params) => onChange({ ...node, params })}
          />
        </>
      )}
      {settings.length > 0 && (
        <details className={classes['more']} open={settings.some(({ name }) => node[name] !== undefined)}>
          <summary>Retries, timeout, errors and undo</summary>
          <SchemaForm
            {...context}
            fields={settings}
            pointer=""
            value={settingsOf(node)}
            onChange={(next) => onChange(withSettings(node, next))}
          />
        </details>
      )}
    </div>
  )
}

/** What the node calls, where no expression says it. */
const calledUrl = ({ params }: PanelNode): string | undefined => {
  const url = params['url']
  return typeof url === 'string' && !url.includes('{{') ? url : undefined
}
