/** Upper ends of histogram buckets, seconds. Few, because each is a series. */

/** What takes milliseconds when all is well: a confirm, a batch, a handler. */
export const FAST_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10]
/** From a commit until it has had an effect elsewhere: milliseconds, or as long as something was down. */
export const DELIVERY_BUCKETS = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30, 120, 600, 3600]
/** How long people take. */
export const HUMAN_BUCKETS = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 28_800]
