import { z } from 'zod'
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
import { archiveProject } from '../../services/project/archive-project'
import { createProject } from '../../services/project/create-project'
import { deleteProject } from '../../services/project/delete-project'
import { getProject } from '../../services/project/get-project'
import { listProjects } from '../../services/project/list-projects'
import {
  listProjectVariables,
  setProjectVariable,
  unsetProjectVariable,
} from '../../services/project/project-variables'
import { updateProject } from '../../services/project/update-project'
import { procedure, router } from '../trpc'

export const projectRouter = router({
  create: procedure
    .input(projectCreateInput)
    .output(project)
    .mutation(({ ctx, input }) => createProject(ctx.services, input)),
  get: procedure
    .input(projectRefInput)
    .output(project)
    .query(({ ctx, input }) => getProject(ctx.services, input)),
  list: procedure
    .input(projectListInput)
    .output(z.array(project))
    .query(({ ctx, input }) => listProjects(ctx.services, input)),
  update: procedure
    .input(projectUpdateInput)
    .output(project)
    .mutation(({ ctx, input }) => updateProject(ctx.services, input)),
  archive: procedure
    .input(projectArchiveInput)
    .output(project)
    .mutation(({ ctx, input }) => archiveProject(ctx.services, input)),
  /** Removes it from Stratavore; the directory stays. Refused while it has live runners. */
  delete: procedure
    .input(projectDeleteInput)
    .output(z.object({ id: z.string(), name: z.string() }))
    .mutation(({ ctx, input }) => deleteProject(ctx.services, input)),
  /** Names of its variables; values are never given out. */
  variables: procedure
    .input(projectRefInput)
    .output(z.array(projectVariable))
    .query(({ ctx, input }) => listProjectVariables(ctx.services, input)),
  setVariable: procedure
    .input(projectVariableSetInput)
    .output(projectVariable)
    .mutation(({ ctx, input }) => setProjectVariable(ctx.services, input)),
  unsetVariable: procedure
    .input(projectVariableUnsetInput)
    .output(z.object({ name: z.string() }))
    .mutation(({ ctx, input }) => unsetProjectVariable(ctx.services, input)),
})
