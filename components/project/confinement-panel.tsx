'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toast } from 'sonner'
import { readApiFailure } from '@/client/api/api-failure'
import { useTRPC } from '@/components/api/client'
import { LoadFailure } from '@/components/shell/load-failure'
import { Field, Input, Select } from '@/components/ui/input'
import { Panel, PanelHeader, Skeleton } from '@/components/ui/panel'
import { type ConfinementProfile, confinementSetInput } from '@/contracts/project/confinement'
import { PanelFormEnd } from './panel-form-end'

/** How a project's runners are confined, and changing it. */
export function ConfinementPanel({ project }: { project: string }) {
  const trpc = useTRPC()
  const profile = useQuery(trpc.project.confinement.queryOptions({ project }))
  return (
    <Panel aria-label="Confinement">
      <PanelHeader title="Confinement" note="for new runners" />
      {profile.data ? (
        <ConfinementForm key={JSON.stringify(profile.data)} project={project} profile={profile.data} />
      ) : profile.error ? (
        <LoadFailure error={profile.error} />
      ) : (
        <Skeleton className="m-4 h-24" />
      )}
    </Panel>
  )
}

/** One path a word: those with blanks are set by the command line. */
const paths = (text: FormDataEntryValue | undefined): string[] =>
  String(text ?? '')
    .split(/\s+/)
    .filter(Boolean)

function ConfinementForm({ project, profile }: { project: string; profile: ConfinementProfile }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [fields, setFields] = useState<Record<string, string>>({})
  const [sandbox, setSandbox] = useState(profile.sandbox)
  const save = useMutation(
    trpc.project.setConfinement.mutationOptions({
      onSuccess: async () => {
        await queries.invalidateQueries(trpc.project.pathFilter())
        toast.success('Confinement saved: new runners have it')
      },
      onError: (error) => setFields(readApiFailure(error).fields ?? {}),
    }),
  )

  function submit(form: HTMLFormElement): void {
    const { network, readable, writable, user, privileges } = Object.fromEntries(new FormData(form))
    const parsed = confinementSetInput.safeParse({
      project,
      sandbox,
      network: !sandbox || network === 'on',
      readable: sandbox ? paths(readable) : [],
      writable: sandbox ? paths(writable) : [],
      user: String(user ?? '').trim() || null,
      privileges: sandbox ? (profile.privileges === 'free' ? 'auto' : profile.privileges) : privileges,
    })
    setFields(
      parsed.success
        ? {}
        : Object.fromEntries(parsed.error.issues.map((issue) => [String(issue.path[0]), issue.message])),
    )
    if (parsed.success) save.mutate(parsed.data)
  }

  return (
    <form
      className="grid grid-cols-2 items-start gap-4 p-4"
      onSubmit={(event) => {
        event.preventDefault()
        submit(event.currentTarget)
      }}
    >
      <Field id="confine-sandbox" label="Sandbox" error={fields.sandbox}>
        <Select
          id="confine-sandbox"
          value={sandbox ? 'on' : 'off'}
          onChange={(event) => setSandbox(event.target.value === 'on')}
        >
          <option value="off">Off</option>
          <option value="on">On: the project, no home</option>
        </Select>
      </Field>
      {sandbox ? (
        <Field id="confine-network" label="Network" error={fields.network}>
          <Select id="confine-network" name="network" defaultValue={profile.network ? 'on' : 'off'}>
            <option value="on">On</option>
            <option value="off">Off</option>
          </Select>
        </Field>
      ) : (
        <Field id="confine-privileges" label="New rights (sudo)" error={fields.privileges}>
          <Select id="confine-privileges" name="privileges" defaultValue={profile.privileges}>
            <option value="auto">Locked where possible</option>
            <option value="locked">Locked, or no launch</option>
            <option value="free">Allowed</option>
          </Select>
        </Field>
      )}
      {sandbox && (
        <>
          <PathsField
            name="readable"
            label="May read too"
            paths={profile.readable}
            error={fields.readable}
            placeholder="/srv/data /home/ann/.gitconfig"
          />
          <PathsField name="writable" label="May write too" paths={profile.writable} error={fields.writable} />
        </>
      )}
      <div className="col-span-2">
        <Field id="confine-user" label="Run as" error={fields.user}>
          <Input
            id="confine-user"
            name="user"
            defaultValue={profile.user ?? ''}
            placeholder="the user of the agent"
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
      </div>
      <PanelFormEnd
        failure={Object.keys(fields).length === 0 ? save.error : null}
        note="What is asked for holds, or the launch fails. What truly holds is on each runner’s page."
        submit="Confine"
        busy={save.isPending}
      />
    </form>
  )
}

interface PathsFieldProps {
  name: 'readable' | 'writable'
  label: string
  paths: readonly string[]
  error: string | undefined
  placeholder?: string
}

/** Paths on one line, one a word. */
const PathsField = ({ name, label, paths: present, error, placeholder }: PathsFieldProps) => (
  <div className="col-span-2">
    <Field id={`confine-${name}`} label={label} error={error}>
      <Input
        id={`confine-${name}`}
        name={name}
        defaultValue={present.join(' ')}
        placeholder={placeholder}
        className="font-mono"
        autoComplete="off"
        spellCheck={false}
      />
    </Field>
  </div>
)
