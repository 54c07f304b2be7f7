/** A setting that cannot be used. `message` is one line that names it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}
