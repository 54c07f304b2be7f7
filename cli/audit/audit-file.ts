import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import type { z } from 'zod'
import { parseAnchors } from '@/contracts/audit/anchor-lines'
import { type Anchor, type AuditVerdict, type ChainEnd, type ExportedLine, exportedLine } from '@/contracts/audit/audit'
import { createChainVerifier, type Signer } from '@/contracts/audit/verify-chain'
import type { Api } from '../api-client'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'

/** Length of the key, and the id that its rows name. */
const KEY_BYTES = 32
const KEY_ID = 'k1'

/** Writes the whole audit log, as of one moment, to a stream of JSON lines. Returns how many rows it has. */
export async function writeExport(api: Api, to: Writable): Promise<number> {
  const write = async (line: z.input<typeof exportedLine> | { kind: 'row' }): Promise<void> => {
    if (!to.write(`${JSON.stringify(exportedLine.parse(line))}\n`)) await once(to, 'drain')
  }
  let page = await api.audit.export.query({ afterSeq: 0 })
  // The chain grows meanwhile: what is written ends where it ended at first.
  const { tip, checkpoint } = page
  if (checkpoint !== null) await write({ kind: 'checkpoint', ...checkpoint })
  let rows = 0
  for (;;) {
    for (const row of page.rows.filter(({ seq }) => seq <= tip.seq)) {
      await write({ kind: 'row', ...row })
      rows++
    }
    const last = page.rows.at(-1)?.seq
    if (last === undefined || last >= tip.seq) break
    page = await api.audit.export.query({ afterSeq: last })
    // What was written ends before what is left begins: verified, it would look as if somebody had taken rows out.
    if (page.checkpoint !== null && page.checkpoint.seq > last)
      throw new CliError('the audit log was pruned meanwhile: export it again', ExitCode.failed)
  }
  await write({ kind: 'tip', ...tip })
  return rows
}

function readOrFail<T>(path: string, what: string, read: (text: string) => T): T {
  try {
    return read(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new CliError(`${what} ${path}: ${error instanceof Error ? error.message : String(error)}`, ExitCode.usage)
  }
}

/** Signs with the key in a file, as the server does. Throws CliError when there is none in it. */
export function signerOfFile(path: string): Signer {
  const secret = readOrFail(path, 'the key file', (text) => Buffer.from(text.trim(), 'hex'))
  if (secret.length !== KEY_BYTES) throw new CliError(`${path} does not hold a ${KEY_BYTES}-byte key`, ExitCode.usage)
  return {
    keyId: KEY_ID,
    sign: (previous, text) =>
      createHmac('sha256', secret).update(Buffer.from(previous, 'hex')).update(text).digest('hex'),
  }
}

/** The anchors in a file, of whichever installation. Throws CliError. */
export const anchorsOfFile = (path: string): Anchor[] => readOrFail(path, 'the anchors', (text) => parseAnchors(text))

function parseLine(text: string, number: number): ExportedLine {
  try {
    return exportedLine.parse(JSON.parse(text))
  } catch {
    throw new CliError(`line ${number} is no line of an exported audit log`, ExitCode.failed)
  }
}

/** Verifies an exported log without any server. Throws CliError for a file that is none, or whose end is missing. */
export async function verifyFile(path: string, signer: Signer, anchors: readonly ChainEnd[]): Promise<AuditVerdict> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
  let verifier: ReturnType<typeof createChainVerifier> | null = null
  let tip: ChainEnd | null = null
  let number = 0
  try {
    for await (const text of lines) {
      number++
      const line = parseLine(text, number)
      if (line.kind === 'checkpoint' && verifier === null) {
        verifier = createChainVerifier(signer, { checkpoint: line, anchors })
        continue
      }
      verifier ??= createChainVerifier(signer, { checkpoint: null, anchors })
      if (line.kind === 'row') verifier.take(line)
      else if (line.kind === 'tip') tip = line
    }
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError(`${path}: ${error instanceof Error ? error.message : String(error)}`, ExitCode.usage)
  }
  if (verifier === null || tip === null)
    throw new CliError(`${path} was cut: its last line is not the end`, ExitCode.failed)
  return verifier.verdict(tip)
}
