import { ShownOnce } from '@/components/shell/shown-once'

/** The link that lets somebody's browser in; it is shown this once. */
export const InvitationLink = ({ name, url }: { name: string; url: string }) => (
  <ShownOnce
    note={`For ${name} alone: it works once, within an hour, and is shown only now.`}
    what="link"
    value={url}
    testId="invitation"
  />
)
