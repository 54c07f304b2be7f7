import { z } from 'zod'
import { confinementProfile, confinementSetInput } from '@/contracts/project/confinement'
import {
  project,
  projectArchiveInput,
  projectCreateInput,
  projectDeleteInput,
  projectListInput,
  projectRefInput,
  projectUpdateInput,
  projectVariable,
  projectVariableSetInput,
  projectVariableUnsetInput,
} from '@/contracts/project/project'
import { projectSuggestion } from '@/contracts/project/suggestion'
import { archiveProject } from '../../services/project/archive-project'
import { createProject } from '../../services/project/create-project'
import { deleteProject } from '../../services/project/delete-project'
import { getProject } from '../../services/project/get-project'
import { listProjects } from '../../services/project/list-projects'
import { getConfinement, setConfinement } from '../../services/project/project-confinement'
import {
  listProjectVariables,
  setProjectVariable,
  unsetProjectVariable,
} from '../../services/project/project-variables'
import { suggestProjects } from '../../services/project/suggest-projects'
import { updateProject } from '../../services/project/update-project'
import { procedure, router } from '../trpc'

export const projectRouter = router({
  create: procedure({ may: 'admin', of: 'installation' })
    .input(projectCreateInput)
    .output(project)
    .mutation(({ ctx, input }) => createProject(ctx.services, input)),
  get: procedure({ may: 'read', of: 'project', reads: 'open' })
    .input(projectRefInput)
    .output(project)
    .query(({ ctx, input }) => getProject(ctx.services, input)),
  list: procedure({ may: 'read', of: 'projects', reads: 'open' })
    .input(projectListInput)
    .output(z.array(project))
    .query(({ ctx, input }) => listProjects(ctx.services, input)),
  /** Directories that agents have worked in and no project covers. */
  suggestions: procedure({ may: 'admin', of: 'installation', reads: 'open' })
    .output(z.array(projectSuggestion))
    .query(({ ctx }) => suggestProjects(ctx.services)),
  update: procedure({ may: 'admin', of: 'project' })
    .input(projectUpdateInput)
    .output(project)
    .mutation(({ ctx, input }) => updateProject(ctx.services, input)),
  archive: procedure({ may: 'admin', of: 'project' })
    .input(projectArchiveInput)
    .output(project)
    .mutation(({ ctx, input }) => archiveProject(ctx.services, input)),
  /** Removes it from Stratavore; the directory stays. Refused while it has live runners. */
  delete: procedure({ may: 'admin', of: 'project' })
    .input(projectDeleteInput)
    .output(z.object({ id: z.string(), name: z.string() }))
    .mutation(({ ctx, input }) => deleteProject(ctx.services, input)),
  /** Names of its variables; values are never given out. */
  variables: procedure({ may: 'read', of: 'project', reads: { sensitive: 'project', named: 'project' } })
    .input(projectRefInput)
    .output(z.array(projectVariable))
    .query(({ ctx, input }) => listProjectVariables(ctx.services, input)),
  setVariable: procedure({ may: 'admin', of: 'project' })
    .input(projectVariableSetInput)
    .output(projectVariable)
    .mutation(({ ctx, input }) => setProjectVariable(ctx.services, input)),
  /** How its runners are confined. */
  confinement: procedure({ may: 'read', of: 'project', reads: 'open' })
    .input(projectRefInput)
    .output(confinementProfile)
    .query(({ ctx, input }) => getConfinement(ctx.services, input)),
  setConfinement: procedure({ may: 'admin', of: 'project' })
    .input(confinementSetInput)
    .output(confinementProfile)
    .mutation(({ ctx, input }) => setConfinement(ctx.services, input)),
  unsetVariable: procedure({ may: 'admin', of: 'project' })
    .input(projectVariableUnsetInput)
    .output(z.object({ name: z.string() }))
    .mutation(({ ctx, input }) => unsetProjectVariable(ctx.services, input)),
})
