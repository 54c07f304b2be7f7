import {
  recordingHits,
  recordingInfo,
  recordingInfoInput,
  recordingPage,
  recordingReadInput,
  recordingSearchInput,
} from '@/contracts/recording/recording'
import { describeRecording, readRecording, searchRecording } from '../../services/recording/recording-files'
import { procedure, router } from '../trpc'

export const recordingRouter = router({
  /** The recorded lives of a runner, with their markers. */
  info: procedure({ may: 'read', of: 'project', reads: { sensitive: 'runner', named: 'id' } })
    .input(recordingInfoInput)
    .output(recordingInfo)
    .query(({ ctx, input }) => describeRecording(ctx.services, input)),
  /** A page of asciicast events of one life. */
  read: procedure({ may: 'read', of: 'project', reads: { sensitive: 'runner', named: 'id' } })
    .input(recordingReadInput)
    .output(recordingPage)
    .query(({ ctx, input }) => readRecording(ctx.services, input)),
  /** Where a text occurs in its output. */
  search: procedure({ may: 'read', of: 'project', reads: { sensitive: 'runner', named: 'id' } })
    .input(recordingSearchInput)
    .output(recordingHits)
    .query(({ ctx, input }) => searchRecording(ctx.services, input)),
})
