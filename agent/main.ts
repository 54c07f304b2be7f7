import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { startAgent } from './agent'
import { AlreadyRunning } from './instance-lock'
import { parseAgentOptions, USAGE } from './options'
import { closeInheritedDescriptors } from './pty/close-inherited'

/** Exit codes: 2 for a wrong command line, 3 when another agent owns the directory. */
const EXIT_USAGE = 2
const EXIT_ALREADY_RUNNING = 3

/** Bundles beside this one. */
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

function readOptions() {
  try {
    return parseAgentOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`)
    process.exit(EXIT_USAGE)
  }
}

const options = readOptions()
closeInheritedDescriptors()
const logger = pino({ name: 'agent' })

try {
  const agent = await startAgent({
    options,
    env: { ...process.env },
    observerScript: beside('observer.mjs'),
    echoScript: beside('echo.mjs'),
    logger,
    onExit: () => process.exit(0),
  })
  // Terminals outlive whoever signals us: only an agent that holds none goes.
  const onSignal = (signal: NodeJS.Signals): void => {
    const liveRunners = agent.liveRunners()
    if (liveRunners > 0) logger.warn({ signal, liveRunners }, 'not ending: runners are alive')
    else void agent.stop().then(() => process.exit(0))
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  process.on('SIGHUP', () => {})
} catch (error) {
  logger.fatal({ error: String(error) }, 'the agent cannot start')
  process.exit(error instanceof AlreadyRunning ? EXIT_ALREADY_RUNNING : 1)
}
