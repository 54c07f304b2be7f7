import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkout } from '../checkout'

/** The version whose behaviour is known; other versions are feature-detected, not tested. */
const CLAUDE_VERSION = '2.1.330'
const cache = join(checkout, '.cache', `claude-code-${CLAUDE_VERSION}`)

/**
 * The real Claude Code CLI from npm, fetched once into the checkout's cache. Returns the directory that holds the
 * program `claude`, for PATH. The product does not depend on it.
 */
export function provideClaude(): string {
  // Install scripts stay off: the platform's package has the program itself.
  const directory = join(cache, 'node_modules', '@anthropic-ai', `claude-code-${process.platform}-${process.arch}`)
  if (existsSync(join(directory, 'claude'))) return directory
  mkdirSync(cache, { recursive: true })
  writeFileSync(join(cache, 'package.json'), '{"private":true}\n')
  const spec = `@anthropic-ai/claude-code@${CLAUDE_VERSION}`
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', spec], { cwd: cache, stdio: 'pipe' })
  if (!existsSync(join(directory, 'claude'))) throw new Error(`${spec} has no program for this platform: ${directory}`)
  return directory
}

/** Prepares a HOME in which the TUI starts without onboarding, key or trust dialogs. */
export function seedClaudeHome(home: string, options: { apiKey: string; projectDir: string }): void {
  const settings = {
    hasCompletedOnboarding: true,
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
