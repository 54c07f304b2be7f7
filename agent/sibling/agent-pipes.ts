import { createFrameDecoder, encodeFrame, type Frame } from './frames'

/**
 * A sibling's end of the pipes. It lives as long as the agent's end of its stdin, whoever else signals it; what it has
 * under way then is finished before Node exits. Returns how to tell the agent something.
 */
export function openAgentPipes(onFrame: (frame: Frame) => void): (message: object, data?: Uint8Array) => void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  process.stdin.on('data', createFrameDecoder(onFrame))
  process.stdin.on('end', () => process.stdin.destroy())
  // The agent is gone: what we would tell it has no reader.
  process.stdout.on('error', () => {})
  return (message, data) => {
    // All that is said in one turn goes out in one write.
    process.stdout.cork()
    for (const part of encodeFrame(message, data)) process.stdout.write(part)
    process.nextTick(() => process.stdout.uncork())
  }
}
