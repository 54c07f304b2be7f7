import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Stack, startStack } from '../stack'
import { claudeVariables, provideClaude, seedClaudeHome } from './provide-claude'
import { type ScriptedAnthropicApi, startScriptedAnthropicApi } from './scripted-anthropic-api'

/** A made-up key: it only has to look like one. */
export const API_KEY = 'sk-ant-api03-scripted-loopback-key-for-tests-0123456789'
/** PATH without any directory that could hold the program. */
export const PLAIN_PATH = ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter)

export interface ClaudeStackOptions {
  /** Of the program; the newest one known otherwise. */
  version?: string
  /** Further variables for the launcher, e.g. settings. */
  env?: Record<string, string>
  /** A home that exists already; a fresh one otherwise. */
  home?: string
  /** What the program asks for: `manual`, or `default` as older ones call it, asks before every tool that changes something. Its own default otherwise. */
  permissionMode?: 'manual' | 'default' | 'acceptEdits' | 'bypassPermissions'
  /** Tools that are allowed unasked, e.g. `Bash`. */
  allowedTools?: readonly string[]
  /** Further variables of the project, e.g. `CLAUDE_CODE_MAX_RETRIES`. */
  variables?: Record<string, string>
}

/** A whole Stratavore with the real Claude Code on its PATH, and a model whose words are scripted. */
export interface ClaudeStack {
  stack: Stack
  model: ScriptedAnthropicApi
  /** Set up so that a launched `claude` starts at its prompt and speaks to the model. */
  project: { name: string; path: string }
  /** `~/.claude` of everything in it. */
  claudeDir: string
  /** Makes another project like the first. */
  createProject(name: string): Promise<{ name: string; path: string }>
  stop(): Promise<void>
}

/** Starts both. The first call fetches the program: give it minutes. */
export async function startClaudeStack(options: ClaudeStackOptions = {}): Promise<ClaudeStack> {
  const program = provideClaude(options.version)
  const model = await startScriptedAnthropicApi()
  let stack: Stack
  try {
    const env = { PATH: `${program}${delimiter}${PLAIN_PATH}`, LANG: 'C.UTF-8', ...options.env }
    stack = await startStack({ env, ...(options.home === undefined ? {} : { home: options.home }) })
  } catch (error) {
    await model.close()
    throw error
  }
  const stop = async () => {
    await stack.stop()
    await model.close()
  }

  const claudeDir = join(stack.userHome, '.claude')
  const createProject = async (name: string) => {
    const path = join(stack.workDir, name)
    mkdirSync(path)
    await stack.api.project.create.mutate({ name, path, defaultProvider: 'claude' })
    const variables = { ...claudeVariables(model.url, API_KEY), ...options.variables }
    for (const [variable, value] of Object.entries(variables))
      await stack.api.project.setVariable.mutate({ project: name, name: variable, value })
    return { name, path }
  }

  try {
    // A directory is trusted when one above it is: every project of the test.
    seedClaudeHome(stack.userHome, { apiKey: API_KEY, projectDir: stack.workDir })
    const { permissionMode, allowedTools = [] } = options
    const defaultMode = permissionMode === undefined ? {} : { defaultMode: permissionMode }
    mkdirSync(claudeDir)
    writeFileSync(
      join(claudeDir, 'settings.json'),
      JSON.stringify({ permissions: { ...defaultMode, allow: allowedTools } }),
    )
    return { stack, model, project: await createProject('with-claude'), claudeDir, createProject, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
