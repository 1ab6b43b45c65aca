import { Button, Text } from '@mantine/core'
import tableClasses from '../../components/data-table.module.css'

interface OlderRunsProps {
  /** Where the server has stopped looking for more, if it has. */
  readonly searchedTo: string | undefined
  readonly loading: boolean
  readonly onMore: () => void
}

/** What is rare is looked for a stretch of time at a time: an empty list is then no answer yet. */
export const OlderRuns = ({ searchedTo, loading, onMore }: OlderRunsProps) => (
  <div className={tableClasses['more']}>
    {searchedTo !== undefined && (
      <Text size="sm" c="dimmed" role="status">
        Searched back to <time dateTime={searchedTo}>{new Date(searchedTo).toLocaleString()}</time>
      </Text>
    )}
    <Button variant="default" loading={loading} onClick={onMore}>
      {searchedTo === undefined ? 'Show older runs' : 'Search older runs'}
    </Button>
  </div>
)
