/** The checkout cannot be made ready. `message` is for people and says what to do. */
export class BootstrapError extends Error {
  name = 'BootstrapError'
}
