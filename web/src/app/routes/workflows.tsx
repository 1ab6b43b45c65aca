import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { WorkflowList } from '../../features/workflows/workflow-list.js'

const route = getRouteApi('/inside/workflows')

export const WorkflowsRoute = () => {
  const { search = '' } = route.useSearch()
  const navigate = useNavigate()
  return (
    <WorkflowList
      search={search}
      onSearch={(text) =>
        void navigate({ to: '/workflows', search: text === '' ? {} : { search: text }, replace: true })
      }
      onCreated={(workflowId) => void navigate({ to: '/workflows/$workflowId', params: { workflowId } })}
    />
  )
}
