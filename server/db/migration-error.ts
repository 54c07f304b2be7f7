/** The database cannot be brought to the schema of this version. `message` says what to do about it. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}
