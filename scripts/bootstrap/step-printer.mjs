const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 100
/** Without a terminal a long step says that it goes on, this often. */
const STILL_RUNNING_MS = 15_000
/** Column at which the times stand. */
const LABEL_WIDTH = 46

const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)
const line = (mark, label, ms, detail) =>
  `  ${mark} ${label.padEnd(LABEL_WIDTH)} ${seconds(ms).padStart(8)}${detail ? `  ${detail}` : ''}\n`

/** Something that shows steps. `run` shows one step around `work`, which may return a detail to print. */
const silent = { run: (_label, work) => work() }

/**
 * Prints one line per step with its time: with a spinner on a terminal, plainly elsewhere.
 * @param {NodeJS.WriteStream} stream
 */
function visible(stream) {
  const live = stream.isTTY === true && process.env.TERM !== 'dumb'
  return {
    async run(label, work) {
      const startedAt = performance.now()
      const elapsed = () => performance.now() - startedAt
      let frame = 0
      const draw = () => stream.write(`\r  ${FRAMES[frame++ % FRAMES.length]} ${label} … ${seconds(elapsed())}\u001b[K`)
      const note = () => stream.write(`    ${label} … still running after ${seconds(elapsed())}\n`)
      const timer = setInterval(live ? draw : note, live ? FRAME_MS : STILL_RUNNING_MS)
      const finish = (mark, detail) => {
        clearInterval(timer)
        stream.write(`${live ? '\r\u001b[K' : ''}${line(mark, label, elapsed(), detail)}`)
      }
      try {
        const detail = await work()
        finish('✓', typeof detail === 'string' ? detail : '')
        return detail
      } catch (error) {
        finish('✗', '')
        throw error
      }
    },
  }
}

/** @param {{ quiet?: boolean, stream?: NodeJS.WriteStream }} options */
export const createStepPrinter = ({ quiet = false, stream = process.stdout } = {}) => (quiet ? silent : visible(stream))
