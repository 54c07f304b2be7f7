import { version } from '../../package.json'

/** Version of this Stratavore. */
export const VERSION: string = version
