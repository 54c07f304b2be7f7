/** The system cannot start, or not go on. `message` is one line for people that says what to do. */
export class LauncherError extends Error {
  override readonly name: string = 'LauncherError'
}

/** The command line makes no sense; exit code 2. */
export class UsageError extends LauncherError {
  override readonly name = 'UsageError'
}
