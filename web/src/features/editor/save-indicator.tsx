import { Tooltip } from '@mantine/core'
import { Cloud, CloudAlert, CloudCheck, CloudUpload } from 'lucide-react'
import { ApiError } from '../../api/api-error.js'
import type { SaveState } from './autosave/draft-saver.js'
import classes from './editor.module.css'

/** Where the work is: with the server, on its way, or on this device only. */
export const SaveIndicator = ({ state }: { readonly state: SaveState }) => {
  const { word, detail, icon: Icon } = describe(state)
  return (
    <Tooltip label={detail} multiline maw={320}>
      <span className={classes['saved']} role="status" data-save={state.kind}>
        <Icon size={15} aria-hidden />
        {word}
      </span>
    </Tooltip>
  )
}

const describe = (state: SaveState) => {
  switch (state.kind) {
    case 'saved':
      return { word: 'Saved', detail: 'The server has everything.', icon: CloudCheck }
    case 'unsaved':
      return { word: 'Editing', detail: 'Kept on this device; saved in a moment.', icon: Cloud }
    case 'saving':
      return { word: 'Saving', detail: 'On its way to the server.', icon: CloudUpload }
    case 'failed':
      return {
        word: 'Not saved',
        detail: `${reason(state.error)} Your work stays on this device.`,
        icon: CloudAlert,
      }
  }
}

const reason = (error: unknown): string =>
  error instanceof ApiError ? `${error.message}. ${error.hint}` : `${String(error)}.`
