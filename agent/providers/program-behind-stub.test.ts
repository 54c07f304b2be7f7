import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { NO_SCRIPTS } from '../testing/no-scripts'
import { programBehindStub } from './program-behind-stub'
import { createProviderRegistry } from './registry'

/** As npm leaves it when it runs no install scripts. */
const CLAUDE_STUB = 'echo "Error: claude native binary not installed." >&2\nexit 1\n'
const OPENCODE_STUB = 'echo "Error: opencode-ai\'s postinstall script was not run." >&2\nexit 1\n'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'stratavore-stub-')))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, content: string): string {
  const whole = join(root, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, content, { mode: 0o755 })
  return whole
}

const target = { packages: ['tool-arm', 'tool-x64'], file: 'bin/tool' }

it('finds the program of the platform’s package, beside the stub’s or inside it', async () => {
  const stub = write('node_modules/tool/bin/tool.exe', CLAUDE_STUB)
  symlinkSync(stub, join(root, 'tool'))
  expect(await programBehindStub(join(root, 'tool'), target)).toBeNull()
  write('node_modules/tool-x64/package.json', '{}')
  expect(await programBehindStub(join(root, 'tool'), target)).toBeNull()
  const beside = write('node_modules/tool-x64/bin/tool', 'the program')
  expect(await programBehindStub(join(root, 'tool'), target)).toBe(beside)
  write('node_modules/tool/node_modules/tool-arm/package.json', '{}')
  const inside = write('node_modules/tool/node_modules/tool-arm/bin/tool', 'the program')
  expect(await programBehindStub(join(root, 'tool'), target)).toBe(inside)
})

it('leaves alone what is no stub', async () => {
  const script = write('tool', '#!/usr/bin/env node\n')
  expect(await programBehindStub(script, target)).toBe(script)
})

it.skipIf(process.platform === 'win32').each([
  ['claude', `@anthropic-ai/claude-code-${process.platform}-${process.arch}`, 'claude', CLAUDE_STUB],
  ['opencode', `opencode-${process.platform}-${process.arch}`, 'bin/opencode', OPENCODE_STUB],
] as const)('%s is found although npm ran no install scripts', async (id, platformPackage, file, stub) => {
  const bin = write(`node_modules/package-of-${id}/bin/${id}.exe`, stub)
  symlinkSync(bin, join(root, id))
  write(`node_modules/${platformPackage}/package.json`, '{}')
  const program = write(`node_modules/${platformPackage}/${file}`, 'the program')
  const provider = createProviderRegistry(NO_SCRIPTS)[id]
  expect(await provider.find({ PATH: root, HOME: root })).toBe(program)
})
