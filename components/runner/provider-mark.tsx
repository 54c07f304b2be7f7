import { Asterisk, Braces, Hexagon, type LucideIcon, Repeat2, Sparkle, SquareTerminal } from 'lucide-react'
import type { ProviderId } from '@/contracts/provider/provider'

/** Marks of our own: the programs' logos are not ours to ship. */
const ICONS: Record<ProviderId, LucideIcon> = {
  claude: Asterisk,
  codex: Hexagon,
  gemini: Sparkle,
  opencode: Braces,
  shell: SquareTerminal,
  echo: Repeat2,
}

/** Icon of a provider. */
export function ProviderIcon({ provider, className }: { provider: ProviderId; className?: string }) {
  const Icon = ICONS[provider]
  return <Icon aria-hidden className={className} />
}
