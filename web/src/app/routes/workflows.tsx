import { Anchor, Table, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'
import { ProblemAlert } from '../../components/problem-alert.js'

export const WorkflowsRoute = () => {
  const { workflows } = useApi()
  const { data, error, refetch } = useQuery({
    queryKey: keys.workflows,
    queryFn: ({ signal }) => workflows.list({}, signal),
  })
  return (
    <div style={{ padding: 24 }}>
      <Title order={1}>Workflows</Title>
      {error !== null && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      <Table>
        <Table.Tbody>
          {data?.items.map((each) => (
            <Table.Tr key={each.id}>
              <Table.Td>
                <Anchor
                  renderRoot={(props) => (
                    <Link to="/workflows/$workflowId" params={{ workflowId: each.id }} {...props} />
                  )}
                >
                  {each.name}
                </Anchor>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
