import packageJson from '../package.json'

/** The version of this checkout, fixed when it is bundled. */
export const VERSION = packageJson.version
