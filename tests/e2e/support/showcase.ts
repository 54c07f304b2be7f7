import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Runner } from '@/contracts/runner/runner'
import { launchRunning, typeLine, untilScreen, untilStatus } from '../../support/launch'
import type { Stack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

/** Printed by a shell in place of a real agent: a diff, and the question that goes with it. */
const APPROVAL = String.raw`clear; printf '\e[1mEdit\e[0m src/orders/refund.ts\n\n\e[31m-  return amount\e[0m\n\e[32m+  return Math.min(amount, order.total)\e[0m\n\nDo you want to make this edit?\n\e[36m> 1. Yes\e[0m\n  2. No\n\e]7501;state=blocked:app=demo:kind=permission\a'; cat`
const BUILD = String.raw`clear; PS1="$ "; printf '\e[32m✓\e[0m 212 tests passed\n\e[32m✓\e[0m lint\n\e[33m!\e[0m 2 warnings\n\nBuilding \e[1mcheckout\e[0m ...\n'; sleep 100000`

/** Runners of `fillShowcase`, by what they show. */
export type Showcase = Record<'approval' | 'working' | 'idle' | 'paused' | 'failed' | 'ended', Runner>

/** Two projects and a runner in each state that a fleet usually has. */
export async function fillShowcase(stack: Stack): Promise<Showcase> {
  for (const [name, description] of [
    ['storefront', 'Shop front end and checkout'],
    ['billing-api', undefined],
  ] as const) {
    const path = join(stack.workDir, name)
    mkdirSync(path)
    await stack.api.project.create.mutate({
      name,
      path,
      defaultProvider: 'shell',
      runnerQuota: name === 'storefront' ? 5 : 3,
      ...(description === undefined ? {} : { description }),
    })
  }
  await stack.api.project.setVariable.mutate({ project: 'storefront', name: 'API_BASE', value: 'http://127.0.0.1' })
  const shell = (project: string, name: string) => launchRunning(stack, { project, name, provider: 'shell' })

  const approval = await shell('billing-api', 'refund rounding')
  await typeLine(stack, approval.id, APPROVAL)
  const working = await shell('storefront', 'checkout build')
  await typeLine(stack, working.id, BUILD)
  const idle = await shell('storefront', 'scratch')
  await typeLine(stack, idle.id, 'PS1="~/storefront $ "; clear; ls -la')
  const paused = await launchRunning(stack, {
    project: 'storefront',
    name: 'nightly crawl',
    provider: 'echo',
    prompt: 'count 100000 50',
  })
  await untilScreen(stack, paused.id, '12')
  await stack.api.runner.pause.mutate({ id: paused.id })
  const failed = await stack.api.runner.launch.mutate({
    project: 'billing-api',
    name: 'migrate ledger',
    provider: 'echo',
    prompt: 'print Connecting to ledger; print Error: relation "entries" does not exist; exit 3',
  })
  const ended = await stack.api.runner.launch.mutate({
    project: 'billing-api',
    provider: 'echo',
    prompt: 'print All 38 invoices match.; exit 0',
  })
  await waitUntil('the approval is seen', async () => {
    const { activity } = await stack.api.runner.get.query({ id: approval.id })
    return activity === 'waiting_permission'
  })
  return {
    approval,
    working,
    idle,
    paused: await untilStatus(stack, paused.id, ['paused']),
    failed: await untilStatus(stack, failed.id, ['failed']),
    ended: await untilStatus(stack, ended.id, ['terminated']),
  }
}
