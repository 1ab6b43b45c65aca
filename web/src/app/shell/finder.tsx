import '@mantine/spotlight/styles.layer.css'
import { Spotlight, type SpotlightActionData, spotlight } from '@mantine/spotlight'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Activity, KeyRound, Search, Workflow } from 'lucide-react'
import { useState } from 'react'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'

/** Milliseconds in which a list of names is fresh enough to jump by. */
const FRESH_MS = 30_000

/** Also before `Finder` is on the page: it opens as it arrives. */
export const openFinder = (): void => spotlight.open()

/** Pages, and workflows by name. Who opens it: the shell. */
export const Finder = () => {
  const { workflows } = useApi()
  const navigate = useNavigate()
  const [query, setQuery] = useState('')
  const { data } = useQuery({
    queryKey: [...keys.workflows, 'finder', query],
    queryFn: ({ signal }) => workflows.list({ limit: 20, search: query === '' ? undefined : query }, signal),
    staleTime: FRESH_MS,
    placeholderData: (former) => former,
  })
  const pages: SpotlightActionData[] = [
    page('Workflows', <Workflow size={16} aria-hidden />, () => navigate({ to: '/workflows' })),
    page('Runs', <Activity size={16} aria-hidden />, () => navigate({ to: '/runs' })),
    page('Credentials', <KeyRound size={16} aria-hidden />, () => navigate({ to: '/settings/credentials' })),
  ]
  const found = (data?.items ?? []).map(({ id, name, description }) => ({
    id,
    label: name,
    description: description === '' ? 'Workflow' : description,
    onClick: () => void navigate({ to: '/workflows/$workflowId', params: { workflowId: id } }),
  }))
  return (
    <Spotlight
      query={query}
      onQueryChange={setQuery}
      actions={[...pages, ...found]}
      shortcut={null}
      limit={10}
      nothingFound="Nothing of this name"
      searchProps={{
        leftSection: <Search size={16} aria-hidden />,
        placeholder: 'Go to a page or a workflow',
        'aria-label': 'Go to',
      }}
    />
  )
}

const page = (label: string, icon: React.ReactNode, go: () => Promise<void>): SpotlightActionData => ({
  id: `page ${label}`,
  label,
  leftSection: icon,
  onClick: () => void go(),
})
