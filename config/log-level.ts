import { z } from 'zod'

/** Levels of the log, least severe first; `silent` logs nothing. */
export const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
  error: 'must be one of trace, debug, info, warn, error, fatal, silent',
})
