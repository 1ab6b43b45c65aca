import { Kbd, Modal, Table } from '@mantine/core'
import { SHORTCUTS } from '../canvas/shortcuts.js'

export const ShortcutsDialog = ({ onClose }: { readonly onClose: () => void }) => (
  <Modal opened onClose={onClose} title="Keys of the canvas" size={460}>
    <Table verticalSpacing={4}>
      <Table.Tbody>
        {SHORTCUTS.map(({ keys, does }) => (
          <Table.Tr key={keys}>
            <Table.Td>
              <Kbd>{keys}</Kbd>
            </Table.Td>
            <Table.Td>{does}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  </Modal>
)
