import {
  Box,
  Braces,
  Clock,
  Code,
  Database,
  FileText,
  Filter,
  GitBranch,
  GitMerge,
  Globe,
  Hourglass,
  Layers,
  type LucideIcon,
  Play,
  RefreshCw,
  Repeat,
  Reply,
  Split,
  User,
  Webhook,
  Workflow,
  Zap,
} from 'lucide-react'

/** Icons by the names that node types use; a type with any other name gets its category's. */
const BY_NAME: Readonly<Record<string, LucideIcon>> = {
  'arrow-back-up': Reply,
  'arrows-split': Split,
  braces: Braces,
  clock: Clock,
  code: Code,
  database: Database,
  'file-text': FileText,
  filter: Filter,
  'git-branch': GitBranch,
  'git-merge': GitMerge,
  hourglass: Hourglass,
  layers: Layers,
  play: Play,
  refresh: RefreshCw,
  repeat: Repeat,
  user: User,
  webhook: Webhook,
  world: Globe,
}

const BY_CATEGORY: Readonly<Record<string, LucideIcon>> = {
  trigger: Zap,
  flow: Workflow,
  transform: Braces,
  network: Globe,
  data: Database,
  human: User,
}

interface NodeIconProps {
  readonly icon: string
  readonly category: string
  readonly size?: number
}

export const NodeIcon = ({ icon, category, size = 16 }: NodeIconProps) => {
  const Icon = BY_NAME[icon] ?? BY_CATEGORY[category] ?? Box
  return <Icon size={size} strokeWidth={1.8} aria-hidden />
}
