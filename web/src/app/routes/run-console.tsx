import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useCallback } from 'react'
import {
  type ConsoleLocation,
  changeLocation,
  type LocationChange,
} from '../../features/run-console/location.js'
import { RunConsolePage } from '../../features/run-console/run-console-page.js'

const route = getRouteApi('/inside/runs/$runId')

export const RunConsoleRoute = () => {
  const { runId } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const router = useRouter()
  const onLocation = useCallback(
    (change: LocationChange, replace: boolean) => {
      void navigate({ search: (before) => changeLocation(before, change), replace })
    },
    [navigate],
  )
  const hrefOf = useCallback(
    (location: ConsoleLocation) =>
      router.buildLocation({ to: '/runs/$runId', params: { runId }, search: location }).href,
    [router, runId],
  )
  const hrefOfRun = (id: string) => router.buildLocation({ to: '/runs/$runId', params: { runId: id } }).href
  return (
    <RunConsolePage
      key={runId}
      runId={runId}
      location={search}
      onLocation={onLocation}
      hrefOf={hrefOf}
      hrefOfRun={hrefOfRun}
      onOpenRun={(id) => void router.navigate({ to: '/runs/$runId', params: { runId: id } })}
    />
  )
}
