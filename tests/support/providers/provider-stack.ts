import { mkdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { ProviderId } from '@/contracts/provider/provider'
import { PLAIN_PATH } from '../claude/claude-stack'
import { type Stack, startStack } from '../stack'

/** A whole Stratavore with one real CLI on its PATH, and one project for it. */
export interface ProviderStack {
  stack: Stack
  project: { name: string; path: string }
}

export interface ProviderStackOptions {
  provider: ProviderId
  /** The directory that holds the program. */
  bin: string
  /** Variables of the project. */
  variables: Record<string, string>
  /** Writes what the program must find in its user's home, so that it starts at its prompt. */
  seedHome(home: string, projectPath: string): void
}

/** Starts it. Whoever stops it stops `stack`. */
export async function startProviderStack(options: ProviderStackOptions): Promise<ProviderStack> {
  const { provider, bin, variables, seedHome } = options
  // Some are scripts for Node.
  const path = [bin, dirname(process.execPath), PLAIN_PATH].join(delimiter)
  const stack = await startStack({ env: { PATH: path, LANG: 'C.UTF-8' } })
  try {
    const name = `with-${provider}`
    const directory = join(stack.workDir, name)
    mkdirSync(directory)
    seedHome(stack.userHome, directory)
    await stack.api.project.create.mutate({ name, path: directory, defaultProvider: provider })
    for (const [variable, value] of Object.entries(variables))
      await stack.api.project.setVariable.mutate({ project: name, name: variable, value })
    return { stack, project: { name, path: directory } }
  } catch (error) {
    await stack.stop()
    throw error
  }
}
