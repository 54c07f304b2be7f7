import { readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import type { SettingName } from './settings'

const OWNER_ONLY = 0o600

const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Which of these settings stand in `stratavore.yaml`, with their values. */
export function secretsInFile<Name extends SettingName>(path: string, names: readonly Name[]): Map<Name, string> {
  const document = parseDocument(textOf(path) ?? '')
  return new Map(
    names.flatMap((name): [Name, string][] => {
      const value: unknown = document.get(name)
      return typeof value === 'string' && value !== '' ? [[name, value]] : []
    }),
  )
}

/** Takes one setting out of `stratavore.yaml`, and leaves everything else, comments too, as it is; a link stays one. */
export function removeFromFile(path: string, name: SettingName): void {
  const document = parseDocument(textOf(path) ?? '')
  if (!document.delete(name)) return
  const rest = document.contents === null || String(document).trim() === '{}' ? '' : String(document)
  // The file itself where the path is a link to it: a collection of settings that is kept elsewhere stays whole.
  const file = realpathSync(path)
  writeFileSync(`${file}.new`, rest, { mode: OWNER_ONLY })
  renameSync(`${file}.new`, file)
}
