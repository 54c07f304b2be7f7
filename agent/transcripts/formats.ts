import type { ProviderId } from '@/contracts/provider/provider'
import { claudeFormat } from './claude/claude-format'
import { codexFormat } from './codex/codex-format'
import { geminiFormat } from './gemini/gemini-format'
import type { TranscriptFormat } from './transcript-format'

const FORMATS: Partial<Record<ProviderId, TranscriptFormat>> = {
  claude: claudeFormat,
  codex: codexFormat,
  gemini: geminiFormat,
}

/** How a provider's program writes its conversations. Throws for one whose transcripts are not read. */
export function formatOf(provider: ProviderId): TranscriptFormat {
  const format = FORMATS[provider]
  if (format === undefined) throw new Error(`the transcripts of ${provider} are not read`)
  return format
}
