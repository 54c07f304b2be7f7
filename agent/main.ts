import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { secretsOf } from '@/contracts/redaction/known-secrets'
import { createKnownValues } from '@/contracts/redaction/known-values'
import { startAgent } from './agent'
import { JoinRefused } from './identity/join-daemon'
import { findWay } from './identity/open-connection'
import { AlreadyRunning } from './instance-lock'
import { JOIN_TOKEN_VARIABLE, parseAgentOptions, USAGE } from './options'
import { closeInheritedDescriptors } from './pty/close-inherited'

/** Exit codes: 2 for a wrong command line, 3 when another agent owns the directory, 4 for a machine that is no node. */
const EXIT_USAGE = 2
const EXIT_ALREADY_RUNNING = 3
const EXIT_NOT_JOINED = 4

/** Bundles beside this one. */
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

function readOptions() {
  const args = process.argv.slice(process.argv[2] === 'agent' ? 3 : 2)
  if (args.includes('--help')) {
    process.stdout.write(`${USAGE}\n`)
    process.exit(0)
  }
  try {
    return parseAgentOptions(args)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`)
    process.exit(EXIT_USAGE)
  }
}

const options = readOptions()
closeInheritedDescriptors()
const logDestination = pino.destination(1)
// A log that cannot be written, for a full disk or a pipe without a reader, must not cost the terminals; and there is
// nowhere else to say so.
logDestination.on('error', () => {})
const secrets = createKnownValues(secretsOf(process.env, {}))
const logger = pino({ name: 'agent', hooks: { streamWrite: secrets.redact } }, logDestination)

try {
  const way = await findWay(options, {
    env: process.env,
    stdin: process.stdin,
    now: Date.now,
    after: (ms, work) => {
      const timer = setTimeout(work, ms).unref()
      return () => clearTimeout(timer)
    },
    onProblem: (message, detail) => logger.warn({ detail: String(detail) }, message),
  })
  delete process.env[JOIN_TOKEN_VARIABLE]
  const agent = await startAgent({
    options,
    way,
    env: { ...process.env },
    observerScript: beside('observer.mjs'),
    readerScript: beside('reader.mjs'),
    echoScript: beside('echo.mjs'),
    relayScript: beside('hook-relay.mjs'),
    opencodePlugin: beside('opencode-plugin.mjs'),
    logger,
    secrets,
    onExit: () => process.exit(0),
  })
  // Terminals outlive whoever signals us: only an agent that holds none goes.
  const onSignal = (signal: NodeJS.Signals): void => {
    const liveRunners = agent.liveRunners()
    if (liveRunners > 0) logger.warn({ signal, liveRunners }, 'not ending: runners are alive')
    else
      agent
        .stop()
        .catch((error: unknown) => logger.error({ error: String(error) }, 'the agent cannot be stopped properly'))
        .finally(() => process.exit(0))
  }
  // The last resort, for what no handler foresaw: ending would take every terminal and all the work in them along,
  // while the fault is most likely one runner's or one message's. Before this point a fault still ends the start.
  const onUnforeseen = (error: unknown): void =>
    logger.error({ error: error instanceof Error ? error.stack : String(error) }, 'unforeseen: the agent goes on')
  process.on('unhandledRejection', onUnforeseen)
  process.on('uncaughtException', onUnforeseen)
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  process.on('SIGHUP', () => {})
} catch (error) {
  if (error instanceof JoinRefused) {
    process.stderr.write(`stratavore-agent: ${error.message}\n`)
    process.exit(EXIT_NOT_JOINED)
  }
  logger.fatal({ error: String(error) }, 'the agent cannot start')
  process.exit(error instanceof AlreadyRunning ? EXIT_ALREADY_RUNNING : 1)
}
