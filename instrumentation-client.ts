import { z } from 'zod'

// Runs in the browser before any page: zod would try whether it may compile code, which the pages' policy refuses and
// browsers then report as a violation.
z.config({ jitless: true })
