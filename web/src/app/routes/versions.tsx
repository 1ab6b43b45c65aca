import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { VersionHistory } from '../../features/versions/version-history.js'

const route = getRouteApi('/inside/workflows/$workflowId/versions')

export const VersionsRoute = () => {
  const { workflowId } = route.useParams()
  const { show, with: before } = route.useSearch()
  const navigate = useNavigate()
  return (
    <VersionHistory
      workflowId={workflowId}
      after={show}
      before={before}
      onCompare={(after, base) =>
        void navigate({
          to: '/workflows/$workflowId/versions',
          params: { workflowId },
          search: { show: after, ...(base === undefined ? {} : { with: base }) },
        })
      }
    />
  )
}
