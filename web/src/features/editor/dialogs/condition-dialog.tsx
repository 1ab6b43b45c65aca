import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useEditor } from '../store/context.js'

/** The condition of an edge: it is taken only where this is true. */
export const ConditionDialog = ({
  edge,
  onClose,
}: {
  readonly edge: string
  readonly onClose: () => void
}) => {
  const { store, actions } = useEditor()
  const before = store.getState().document.edges.get(edge)?.edge.when
  const [when, setWhen] = useState(typeof before === 'string' ? before : '')
  return (
    <Modal opened onClose={onClose} title="When is this connection taken?" size={480}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          actions.setCondition(edge, when)
          onClose()
        }}
      >
        <TextInput
          data-autofocus
          label="Condition"
          description="JSONata over trigger and steps; always taken when empty."
          placeholder="trigger.body.country = 'SE'"
          value={when}
          onChange={(event) => setWhen(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit">Set condition</Button>
        </Group>
      </form>
    </Modal>
  )
}
