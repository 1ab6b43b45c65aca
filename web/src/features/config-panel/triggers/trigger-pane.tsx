import { Button, Text } from '@mantine/core'
import type { Json } from '@millrace/contracts'
import { Play } from 'lucide-react'
import { useId, useState } from 'react'
import { CodeEditor } from '../../../components/code-editor/code-editor.js'
import { readJsonText, writeJsonText } from '../../../components/schema-form/model/json-text.js'
import type { PaneProps, TestRun } from '../panel/pane-props.js'
import classes from '../panel/panel.module.css'
import { exampleInput } from './example-input.js'
import { ScheduleInfo } from './schedule-info.js'
import { WebhookInfo } from './webhook-info.js'

interface TriggerPaneProps extends PaneProps {
  readonly test: TestRun
  /** Of the node among all. */
  readonly memoryKey: string
}

/** How a trigger is fired, and data to fire it with by hand. */
export const TriggerPane = ({ node, type, sample, test, memoryKey }: TriggerPaneProps) => (
  <div className={classes['body']}>
    {node.type === 'trigger.webhook' && <WebhookInfo params={node.params} />}
    {node.type === 'trigger.schedule' && <ScheduleInfo params={node.params} />}
    <TestData initial={sample?.run.input ?? exampleInput(type)} test={test} memoryKey={memoryKey} />
  </div>
)

interface TestDataProps {
  readonly initial: Json
  readonly test: TestRun
  readonly memoryKey: string
}

/** What was written for each trigger, finished or not: kept as long as the page is open. */
const kept = new Map<string, string>()

const TestData = ({ initial, test, memoryKey }: TestDataProps) => {
  const id = useId()
  const [text, setText] = useState(() => kept.get(memoryKey))
  const shown = text ?? writeJsonText(initial)
  const read = readJsonText(shown)
  return (
    <div className={classes['source']}>
      <h4 id={id} className={classes['sourceTitle']}>
        Test data
      </h4>
      <CodeEditor
        value={shown}
        language="json"
        labelledBy={id}
        invalid={!read.ok}
        minLines={6}
        onChange={(next) => {
          if (next === shown) return
          kept.set(memoryKey, next)
          setText(next)
        }}
      />
      {!read.ok && (
        <Text size="xs" c="red">
          {read.message}
        </Text>
      )}
      <Button
        className={classes['fit']}
        leftSection={<Play size={13} aria-hidden />}
        loading={test.isPending}
        disabled={!read.ok}
        onClick={() => test.mutate({ scope: 'path', input: (read.ok ? read.value : null) ?? null })}
      >
        Fire with this data
      </Button>
      <Text size="xs" c="dimmed">
        Nodes behind this trigger see it as <code>trigger</code>, and try their fields on it.
      </Text>
    </div>
  )
}
