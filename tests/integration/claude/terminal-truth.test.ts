import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ClaudeStack, startClaudeStack } from '../../support/claude/claude-stack'
import { launchClaude } from '../../support/claude/drive-claude'
import { seededRandom } from '../../support/seeded-random'
import { interrupt, resizeBoth, untilSameSince } from '../../support/terminal/come-and-go'
import { type Line, startLine } from '../../support/terminal/line'
import { openViewer } from '../../support/terminal/viewer'
import { waitUntil } from '../../support/wait-until'

/** The same as tests/integration/terminal/truth.test.ts, for the screen that people look at all day. */
const SEED = Number(process.env.STRATAVORE_TEST_SEED ?? 1)
const SECONDS = Number(process.env.STRATAVORE_TEST_SECONDS ?? 10)
/** What somebody presses who never sends a prompt that is a command of the program. */
const KEYS = [
  'hello', ' 日本語 ', '\x7f', '\x1b[D', '\x1b[C', '\x1b\r', '?', '\x0f', '\x14', '\x1b[Z', '/', '\x1b', '\x15',
  '\x1b[200~pasted\ntwice\x1b[201~', '\r', '@',
] // biome-ignore format: keys read better in a row than one a line

let claude: ClaudeStack
let line: Line
beforeAll(async () => {
  claude = await startClaudeStack({ permissionMode: 'manual' })
  line = await startLine(claude.stack.url)
}, 300_000)
afterAll(async () => {
  await line?.close()
  await claude?.stop()
})

it(
  'a viewer of Claude Code that comes, goes and is cut off sees what one sees that never left',
  async () => {
    const random = seededRandom(SEED)
    const { stack } = claude
    const { id } = await launchClaude(claude)
    const stays = openViewer(stack, id)
    let comes = openViewer(stack, id, { url: line.url, readOnly: true })
    await waitUntil('the viewer that stays drives', () => stays.state().role === 'driver')
    const until = performance.now() + SECONDS * 1000
    let step = 0
    for (; step < 5 || performance.now() < until; step += 1) {
      for (let count = 1 + Math.floor(random() * 3); count > 0; count -= 1)
        stays.link.send(KEYS[Math.floor(random() * KEYS.length)] ?? '')
      comes = await interrupt(stack, line, id, comes, random)
      if (random() < 0.2) await resizeBoth(stays, comes, random)
      await untilSameSince(`Claude Code, step ${step}, seed ${SEED}`, stack, id, stays, comes)
    }
    process.stdout.write(`terminal truth: ${step} steps of Claude Code from STRATAVORE_TEST_SEED=${SEED}\n`)
    expect((await stack.api.runner.get.query({ id })).status).toBe('running')
    stays.close()
    comes.close()
  },
  180_000 + SECONDS * 1_000,
)
