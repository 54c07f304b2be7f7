'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import { ConfirmByName } from '@/components/shell/confirm-by-name'
import { Button } from '@/components/ui/button'
import type { Node } from '@/contracts/node/node'

/** What an owner does with a node: lets it take no new runners, or cuts it off. */
export function NodeActions({ node }: { node: Node }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [revoking, setRevoking] = useState(false)
  const refresh = () => queries.invalidateQueries(trpc.node.pathFilter())
  const drain = useMutation(
    trpc.node.drain.mutationOptions({
      onSuccess: refresh,
      onError: (error) => toastProblem(`Could not change ${node.name}`, error),
    }),
  )
  const revoke = useMutation(
    trpc.node.revoke.mutationOptions({
      onSuccess: async () => {
        setRevoking(false)
        await refresh()
      },
    }),
  )
  return (
    <div className="flex flex-wrap gap-2 border-line border-t px-4 py-3">
      <Button
        size="sm"
        disabled={drain.isPending}
        aria-label={`${node.draining ? 'Undrain' : 'Drain'} ${node.name}`}
        onClick={() => drain.mutate({ node: node.id, draining: !node.draining })}
      >
        {node.draining ? 'Take runners again' : 'Take no new runners'}
      </Button>
      {node.kind === 'remote' && (
        <Button size="sm" variant="danger" aria-label={`Revoke ${node.name}`} onClick={() => setRevoking(true)}>
          Revoke…
        </Button>
      )}
      {revoking && (
        <ConfirmByName
          onClose={() => setRevoking(false)}
          title={`Revoke ${node.name}?`}
          description="All its credentials end and its connection is cut. Its runners go on there, out of reach, until it joins again with a new token."
          what="node"
          name={node.name}
          submit="Revoke node"
          act={{ ...revoke, mutate: (typed) => revoke.mutate({ node: node.id, confirmName: typed }) }}
        />
      )}
    </div>
  )
}
