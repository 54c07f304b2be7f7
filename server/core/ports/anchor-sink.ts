/** A place for copies of the audit chain's end, where who writes the database does not write. */
export interface AnchorSink {
  /** For the log. */
  name: string
  /** Keeps one JSON line, without its line feed. Throws when it is not kept. */
  keep(line: string): Promise<void>
}
