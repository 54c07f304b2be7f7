import { z } from 'zod'

/** Longest line of what is not known. What is known is never cut: who allows it reads all of it. */
const MAX_UNKNOWN_LENGTH = 200

const destination = z.string().default('session')
/** What Claude Code offers with a request, as far as it is known; a later version may offer more. */
const suggestion = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('addRules'),
    rules: z.array(z.object({ toolName: z.string(), ruleContent: z.string().optional() })),
    behavior: z.string(),
    destination,
  }),
  z.object({ type: z.literal('setMode'), mode: z.string(), destination }),
  z.object({ type: z.literal('addDirectories'), directories: z.array(z.string()), destination }),
])

const PLACES: Record<string, string> = {
  session: 'for this session',
  localSettings: 'in this project',
  projectSettings: 'for everybody in this project',
  userSettings: 'in all projects',
}

const MODES: Record<string, string> = {
  acceptEdits: 'edit files without asking',
  bypassPermissions: 'do everything without asking',
}

function words(offered: z.infer<typeof suggestion>): string {
  switch (offered.type) {
    case 'addRules': {
      const rules = offered.rules.map((rule) =>
        rule.ruleContent ? `${rule.toolName}(${rule.ruleContent})` : rule.toolName,
      )
      return `${offered.behavior === 'allow' ? '' : `${offered.behavior} `}${rules.join(', ')}`
    }
    case 'setMode':
      return MODES[offered.mode] ?? `mode ${offered.mode}`
    case 'addDirectories':
      return `access to ${offered.directories.join(', ')}`
  }
}

/** One line for people that says exactly what a suggestion would allow and how far; unknown ones are shown as they are. */
export function describeSuggestion(given: unknown): string {
  const parsed = suggestion.safeParse(given)
  if (parsed.success)
    return `${words(parsed.data)} ${PLACES[parsed.data.destination] ?? `(${parsed.data.destination})`}`
  const line = JSON.stringify(given)
  return line.length <= MAX_UNKNOWN_LENGTH ? line : `${line.slice(0, MAX_UNKNOWN_LENGTH - 1)}…`
}
