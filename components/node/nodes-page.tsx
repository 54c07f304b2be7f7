'use client'
import { Plus, Server } from 'lucide-react'
import { useState } from 'react'
import { Allowed } from '@/components/access/allowed'
import { useNodes } from '@/components/api/use-runners'
import { LoadFailure } from '@/components/shell/load-failure'
import { PageHeader } from '@/components/shell/page-header'
import { Button } from '@/components/ui/button'
import { EmptyState, Skeleton } from '@/components/ui/panel'
import { JoinDialog } from './join-dialog'
import { NodeCard } from './node-card'

/** Where does it run: every machine that joined. */
export function NodesPage() {
  const nodes = useNodes()
  const [joining, setJoining] = useState(false)
  return (
    <div className="mx-auto flex max-w-[90rem] flex-col gap-4 p-4 md:p-6">
      <PageHeader title="Nodes">
        <Allowed may="admin" where="installation">
          <Button onClick={() => setJoining(true)}>
            <Plus aria-hidden />
            Join a node
          </Button>
          <JoinDialog open={joining} onClose={() => setJoining(false)} />
        </Allowed>
      </PageHeader>
      {nodes.data ? (
        nodes.data.length === 0 ? (
          <EmptyState icon={Server} title="No node has joined">
            The local node joins by itself as soon as the daemon runs. `stratavore doctor` says what is in its way.
          </EmptyState>
        ) : (
          <div className="grid items-start gap-4 xl:grid-cols-2">
            {nodes.data.map((node) => (
              <NodeCard key={node.id} node={node} />
            ))}
          </div>
        )
      ) : nodes.error ? (
        <LoadFailure error={nodes.error} />
      ) : (
        <Skeleton className="h-72" />
      )}
    </div>
  )
}
