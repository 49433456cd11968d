import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Approval, Operation } from '@cityos/control-plane/contract'
import type { Platform } from './platform.ts'

const profile = 'second'

/** Another operator of the platform, invited and signed in as people are; once for a platform. @returns the profile's name */
export async function secondOperator(platform: Platform): Promise<string> {
  if (existsSync(join(platform.data.path, 'profiles', `${profile}.json`))) return profile
  const invited = await platform.json<{ url: string }>(['operator', 'invite', 'second@city.test', '--role', 'super-admin'])
  await platform.json(['login', '--profile', profile, '--invitation', invited.url, '--name', 'Second Operator'])
  return profile
}

/** Agrees, as the second operator, to what waits for one about a tenant, and waits until it has happened. */
export async function agreeAsSecond(platform: Platform, slug: string): Promise<Operation> {
  const name = await secondOperator(platform)
  const waiting = await platform.json<Approval[]>(['approval', 'list', '--profile', name])
  const about = waiting.find((approval) => approval.tenant_slug === slug)
  if (!about) throw new Error(`nothing about ${slug} waits for a second person`)
  const agreed = await platform.json<{ operation: Operation }>(['approval', 'approve', about.id, '--profile', name, '--wait'])
  return agreed.operation
}
