import { Alert, Button, Code, Group, List, Modal, Text, TextInput } from '@mantine/core'
import { type DefinitionProblem, definition as definitionSchema, stringifyJson } from '@millrace/contracts'
import { useMutation } from '@tanstack/react-query'
import { ArrowRight, SquareArrowOutUpRight } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { DraftsApi } from '../../../api/drafts.js'
import { ProblemAlert } from '../../../components/problem-alert.js'
import classes from '../editor.module.css'
import { useEditor } from '../store/context.js'
import { sourceOf } from './passed.js'
import { type Plan, planExtraction } from './plan.js'

const TITLE = 'Extract to a sub-workflow'

interface ExtractDialogProps {
  readonly api: DraftsApi
  readonly onClose: () => void
  readonly onPublished: () => void
}

/** Says what taking the selection out comes to, or why it cannot be; then does it. */
export const ExtractDialog = (props: ExtractDialogProps) => {
  const { store, actions, types } = useEditor()
  const [planned] = useState(() => planExtraction(store.getState().document, types, actions.selectedNodes()))
  return (
    <Modal opened onClose={props.onClose} title={TITLE} size={560}>
      {'plan' in planned ? (
        <ExtractForm {...props} plan={planned.plan} />
      ) : (
        <Refused refusals={planned.refusals} onClose={props.onClose} />
      )}
    </Modal>
  )
}

const Refused = ({
  refusals,
  onClose,
}: {
  readonly refusals: readonly string[]
  readonly onClose: () => void
}) => (
  <>
    <Text size="sm" mb="xs">
      What is selected cannot become a workflow of its own:
    </Text>
    <List size="sm" spacing={4}>
      {refusals.map((refusal) => (
        <List.Item key={refusal}>{refusal}</List.Item>
      ))}
    </List>
    <Group justify="flex-end" mt="md">
      <Button data-autofocus onClick={onClose}>
        Back to the canvas
      </Button>
    </Group>
  </>
)

const ExtractForm = ({ plan, api, onClose, onPublished }: ExtractDialogProps & { readonly plan: Plan }) => {
  const [name, setName] = useState(plan.suggestedName)
  const refusal = refuseName(name)
  const replace = useReplace(plan)
  const extract = useMutation({
    mutationFn: async () => {
      const definition = plan.definition(name.trim())
      const problems = await api.validate(definition)
      if (problems.length === 0) await api.createPublished(definition)
      return problems
    },
    onSuccess: (problems) => {
      if (problems.length > 0) return
      onPublished()
      replace(name.trim())
      onClose()
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (refusal === undefined) extract.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Text size="sm" mb="sm">
        {plan.count === 1
          ? 'This node becomes a workflow of its own'
          : `These ${plan.count} nodes become a workflow of their own`}
        , published at once. A call takes their place here.
      </Text>
      <TextInput
        label="Name of the new workflow"
        description="Letters, digits, spaces, . _ or -"
        data-autofocus
        maxLength={128}
        value={name}
        error={name === '' ? undefined : refusal}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <PassedList
        title="Goes in, as the input of the call"
        none="Nothing: these nodes read nothing of this workflow."
        rows={plan.inputs.map((each) => [sourceOf(each), `trigger.${each.key}`])}
      />
      <PassedList
        title="Comes out, as its output"
        none="Nothing that is read here."
        rows={plan.outputs.map((each) => [sourceOf(each), `output.${each.key}`])}
      />
      {plan.notes.length > 0 && (
        <Alert mt="sm" color="gray" title="What will be different">
          {plan.notes.map((note) => (
            <Text key={note} size="sm">
              {note}
            </Text>
          ))}
        </Alert>
      )}
      {extract.data !== undefined && extract.data.length > 0 && <Problems problems={extract.data} />}
      {extract.error !== null && <ProblemAlert error={extract.error} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          type="submit"
          loading={extract.isPending}
          disabled={refusal !== undefined}
          leftSection={<SquareArrowOutUpRight size={14} aria-hidden />}
        >
          Extract and publish
        </Button>
      </Group>
    </form>
  )
}

/** Of the nodes as they stand: nothing has been made yet. */
const Problems = ({ problems }: { readonly problems: readonly DefinitionProblem[] }) => (
  <Alert mt="sm" color="red" title="The new workflow could not be published" role="alert">
    <List size="sm">
      {problems.map(({ pointer, message, hint }) => (
        <List.Item key={`${pointer} ${message}`}>
          {message}. {hint}
        </List.Item>
      ))}
    </List>
  </Alert>
)

const refuseName = (name: string): string | undefined =>
  definitionSchema.shape.name.safeParse(name.trim()).error?.issues[0]?.message

interface PassedListProps {
  readonly title: string
  readonly none: string
  /** What it is here, and what it is there. */
  readonly rows: readonly (readonly [string, string])[]
}

const PassedList = ({ title, none, rows }: PassedListProps) => (
  <section className={classes['passed']}>
    <h3>{title}</h3>
    {rows.length === 0 && <p className={classes['dim']}>{none}</p>}
    {rows.map(([here, there]) => (
      <div key={here} className={classes['passedRow']}>
        <Code>{here}</Code>
        <ArrowRight size={12} aria-label="becomes" />
        <Code>{there}</Code>
      </div>
    ))}
  </section>
)

/** Puts the call in, unless another author has changed meanwhile what it was planned for. */
const useReplace = (plan: Plan): ((name: string) => void) => {
  const { store, actions, types } = useEditor()
  return (name) => {
    const { document, perform, select, say } = store.getState()
    const planned = planExtraction(document, types, actions.selectedNodes())
    const isSame =
      'plan' in planned &&
      stringifyJson(planned.plan.definition(name)) === stringifyJson(plan.definition(name))
    if (!isSame) return say(`These nodes were changed meanwhile. ${name} is there; nothing here calls it.`)
    const { patch, call } = planned.plan.replace(name)
    perform(`Extract to ${name}`, patch)
    select(new Set([call]))
  }
}
