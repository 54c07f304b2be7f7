import { createRedactor } from '@/contracts/redaction/redactor'

const STAR = 0x2a
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** Stars instead of these bytes, in place, but for line ends: what is drawn from it keeps its lines. */
export function maskBytes<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
  bytes.forEach((byte, at) => {
    if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) bytes[at] = STAR
  })
  return bytes
}

/** Output with what is secret in it masked, in place: offsets into it stay true. */
export function maskSecrets(output: Buffer, secrets: readonly string[]): Buffer {
  const redactor = createRedactor(secrets, (from, to) => maskBytes(output.subarray(from, to)))
  redactor.push(output.toString('latin1'))
  redactor.flush()
  return output
}
