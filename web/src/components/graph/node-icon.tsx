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
  type LucideIcon,
  OctagonX,
  Play,
  Radio,
  Repeat2,
  Reply,
  RotateCw,
  Split,
  Timer,
  TriangleAlert,
  User,
  Webhook,
  Workflow,
  Zap,
} from 'lucide-react'

/** Icons by the names that node types use; a type with any other name gets its category's. */
const BY_NAME: Readonly<Record<string, LucideIcon>> = {
  'alert-triangle': TriangleAlert,
  'arrow-back-up': Reply,
  'arrows-split': Split,
  braces: Braces,
  broadcast: Radio,
  clock: Clock,
  'clock-pause': Timer,
  code: Code,
  database: Database,
  'file-text': FileText,
  filter: Filter,
  'git-branch': GitBranch,
  'git-merge': GitMerge,
  hourglass: Hourglass,
  play: Play,
  'octagon-x': OctagonX,
  'repeat-2': Repeat2,
  'rotate-cw': RotateCw,
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
