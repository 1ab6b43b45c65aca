import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { RunList } from '../../features/runs/run-list.js'

const route = getRouteApi('/inside/runs')

export const RunsRoute = () => {
  const search = route.useSearch()
  const navigate = useNavigate()
  return (
    <RunList
      search={search}
      onSearch={(next) => void navigate({ to: '/runs', search: next, replace: true })}
    />
  )
}
