import { Alert, Text } from '@mantine/core'
import { TriangleAlert } from 'lucide-react'
import { homelessProblems, type NodeProblems } from '../../../components/schema-form/model/problems.js'

interface HomelessProblemsProps {
  readonly problems: NodeProblems
  /** Pointers of the fields, which say their own problems. */
  readonly shown: readonly string[]
}

/** What no field of a form can say. */
export const HomelessProblems = ({ problems, shown }: HomelessProblemsProps) => {
  const homeless = homelessProblems(problems, shown)
  if (homeless.length === 0) return null
  return (
    <Alert color="red" variant="light" icon={<TriangleAlert size={16} aria-hidden />}>
      {homeless.map(({ message, hint, pointer }) => (
        <Text size="sm" key={pointer + message}>
          {message}. {hint}
        </Text>
      ))}
    </Alert>
  )
}
