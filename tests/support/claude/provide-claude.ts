import { realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { provideFromNpm } from '../npm-package'

/** The version that every test runs unless it says another. */
const CLAUDE_VERSION = '2.1.330'

/** The real Claude Code CLI. Returns the directory that holds the program `claude`, for PATH. */
export function provideClaude(version = CLAUDE_VERSION): string {
  const file = join('@anthropic-ai', `claude-code-${process.platform}-${process.arch}`, 'claude')
  return dirname(provideFromNpm('@anthropic-ai/claude-code', version, file))
}

/** Prepares a HOME in which the TUI starts without onboarding, key, trust or mode dialogs. */
export function seedClaudeHome(home: string, options: { apiKey: string; projectDir: string }): void {
  const settings = {
    hasCompletedOnboarding: true,
    // Where the settings name a permission mode, it would offer another one first.
    hasSeenAutoDefaultNudge: true,
    // It remembers a key by its last 20 characters.
    customApiKeyResponses: { approved: [options.apiKey.slice(-20)], rejected: [] },
    projects: { [realpathSync(options.projectDir)]: { hasTrustDialogAccepted: true } },
  }
  writeFileSync(join(home, '.claude.json'), JSON.stringify(settings))
}

/** Variables that keep the program from contacting anything but `baseUrl`. */
export const claudeVariables = (baseUrl: string, apiKey: string): Record<string, string> => ({
  ANTHROPIC_BASE_URL: baseUrl,
  ANTHROPIC_API_KEY: apiKey,
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
})
