import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useEditor } from '../store/context.js'

/** What a group is called, on the canvas and on the card that stands for it. */
export const GroupNameDialog = ({
  group,
  onClose,
}: {
  /** Its key on the canvas. */
  readonly group: string
  readonly onClose: () => void
}) => {
  const { store, actions } = useEditor()
  const before = store.getState().document.groups.get(group.slice('group:'.length))?.title ?? ''
  const [title, setTitle] = useState(before)
  return (
    <Modal opened onClose={onClose} title="Name the group" size={420}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          actions.setGroup(group, { title: title.trim() })
          onClose()
        }}
      >
        <TextInput
          data-autofocus
          label="Name"
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={title.trim() === ''}>
            Name it
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
