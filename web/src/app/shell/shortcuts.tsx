import { Kbd, Modal, Table } from '@mantine/core'
import { useEffect, useState } from 'react'

const SHORTCUTS = [
  ['Ctrl + K', 'Go to a page or a workflow'],
  ['?', 'This list; in the editor, its own'],
  ['Tab, Shift + Tab', 'To the next or the former control'],
  ['Esc', 'Close what is open'],
] as const

/** Answers `?` wherever nothing else does: not while typing, nor where a page has a list of its own. */
export const Shortcuts = () => {
  const [opened, setOpened] = useState(false)
  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if (event.key === '?' && !event.defaultPrevented && !isTyping(event.target)) setOpened(true)
    }
    window.addEventListener('keydown', open)
    return () => window.removeEventListener('keydown', open)
  }, [])
  return (
    <Modal opened={opened} onClose={() => setOpened(false)} title="Keyboard shortcuts" size={420}>
      <Table variant="vertical" withRowBorders={false}>
        <Table.Tbody>
          {SHORTCUTS.map(([shortcut, effect]) => (
            <Table.Tr key={shortcut}>
              <Table.Td w={150}>
                <Kbd>{shortcut}</Kbd>
              </Table.Td>
              <Table.Td>{effect}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  )
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
