import { makeReady } from './make-ready.mjs'
import { runMain } from './run-bundle.mjs'

// `npm run build`: everything that is stale, and nothing else.
await runMain(() => makeReady())
