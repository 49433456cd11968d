import { DomainError, type I18nText, type Input, newId, type Output, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { audit } from '../../platform/audit/audit.ts'
import { Cache } from '../../platform/cache/cache.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database } from '../../platform/db/index.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import type { assignPersona, chooseMyPersona, listAssignments, MyPersona, PersonaConstraints } from './contract.ts'
import { type KnownPersona, type ResolvedPersona, resolvePersona } from './resolution.ts'

const cookie = 'persona'
/** Seconds a visit's choice is remembered by its browser. */
const visit = 30 * 86_400

interface Kept extends KnownPersona {
  name: I18nText
  description: I18nText
}
interface House {
  personas: Kept[]
  /** Persona code by surface, and of the shop as a whole; with their ends. */
  given: { kind: string; subject: string; code: string; until: string | null }[]
}

/** Which persona a visitor is, and what follows from it. */
@Injectable()
export class Personas {
  constructor(
    private readonly database: Database,
    private readonly cache: Cache,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
  ) {}

  /** What must not be shown to this caller. Costs no question but for customers, whose choice is one row. */
  async constraintsOf(ctx: RequestContext): Promise<PersonaConstraints> {
    const house = await this.house()
    if (!house.personas.some((persona) => persona.constraints.kids_safe)) return { kids_safe: false }
    return (await this.resolve(ctx, house)).constraints
  }

  /** @throws DomainError persona_restricted for what is from an age on that no child has */
  async requireSuitable(ctx: RequestContext, ageMin: number | null): Promise<void> {
    if ((ageMin ?? 0) < adultAge || !(await this.constraintsOf(ctx)).kids_safe) return
    throw new DomainError('persona_restricted', { details: { constraint: 'kids_safe', age_min: ageMin } })
  }

  async mine(ctx: RequestContext): Promise<MyPersona> {
    const house = await this.house()
    const { persona, ...resolved } = await this.resolve(ctx, house)
    const shown = ({ code, name, description }: Kept) => ({ code, name: this.text(ctx, name), description: this.text(ctx, description) })
    const kept = house.personas.find((one) => one.id === persona?.id)
    return { ...resolved, persona: kept ? shown(kept) : null, offered: house.personas.map(shown) }
  }

  /** @throws DomainError validation_failed for a code nobody offers */
  async choose(ctx: RequestContext, { code, remember }: Input<typeof chooseMyPersona>['body']): Promise<MyPersona> {
    const { personas } = await this.house()
    const chosen = code === null ? null : personas.find((persona) => persona.code === code)
    if (chosen === undefined)
      throw new DomainError('validation_failed', { field: 'code', details: { offered: personas.map((one) => one.code) } })
    if (chosen === null) {
      ctx.cookies.clear(cookie)
      if (ctx.actor.kind === 'customer') await this.forget('customer', ctx.actor.id)
    } else if (remember && ctx.actor.kind === 'customer') {
      ctx.cookies.clear(cookie)
      await this.give(chosen.id, 'customer', ctx.actor.id, 'chosen', null)
    } else {
      ctx.cookies.set(cookie, chosen.code, { maxAge: visit })
    }
    return this.mine(ctx)
  }

  async assignments(): Promise<Output<typeof listAssignments>> {
    const rows = await this.database.read
      .selectFrom('persona_assignment as a')
      .innerJoin('persona as p', 'p.id', 'a.persona_id')
      .select(['a.id', 'a.persona_id', 'p.code', 'a.subject_kind', 'a.subject_id', 'a.expires_at', 'a.created_at'])
      .where('a.subject_kind', 'in', ['surface', 'tenant'])
      .orderBy('a.created_at')
      .execute()
    return {
      assignments: rows.map((row) => ({
        ...row,
        subject_kind: row.subject_kind as 'surface' | 'tenant',
        expires_at: row.expires_at?.toISOString() ?? null,
        created_at: row.created_at.toISOString(),
      })),
    }
  }

  /** @throws DomainError not_found | validation_failed when subject and kind do not go together */
  async assign(ctx: RequestContext, id: string, asked: Input<typeof assignPersona>['body']): Promise<Output<typeof assignPersona>> {
    if ((asked.subject_kind === 'tenant') !== (asked.subject_id === 'shop'))
      throw new DomainError('validation_failed', { field: 'subject_id' })
    const persona = await this.database.read.selectFrom('persona').select(['id', 'code']).where('id', '=', id).executeTakeFirst()
    if (!persona) throw new DomainError('not_found')
    const given = await this.give(id, asked.subject_kind, asked.subject_id, 'staff', asked.expires_at, ctx)
    return { ...given, code: persona.code, subject_kind: asked.subject_kind }
  }

  async unassign(ctx: RequestContext, id: string): Promise<{ id: string }> {
    await this.database.transaction(async (tx) => {
      const row = await tx
        .deleteFrom('persona_assignment')
        .where('id', '=', id)
        .where('subject_kind', 'in', ['surface', 'tenant'])
        .returning('persona_id')
        .executeTakeFirst()
      if (!row) throw new DomainError('not_found')
      await audit(tx, ctx, { action: 'persona.unassign', resource: { type: 'persona', id: row.persona_id } })
    })
    await this.cache.drop('persona:')
    return { id }
  }

  private async resolve(ctx: RequestContext, house: House): Promise<ResolvedPersona> {
    const now = this.clock.now()
    const given = (kind: string, subject: string) =>
      house.given.find((one) => one.kind === kind && one.subject === subject && (one.until === null || new Date(one.until) > now))?.code ??
      null
    const steps = {
      session: ctx.cookies.get(cookie) ?? null,
      surface: given('surface', ctx.surface),
      customer: ctx.actor.kind === 'customer' ? await this.ofCustomer(ctx.actor.id) : null,
      tenant: given('tenant', 'shop'),
    }
    return resolvePersona(steps, new Map(house.personas.map((persona) => [persona.code, persona])))
  }

  private async ofCustomer(id: string): Promise<string | null> {
    const row = await this.database.read
      .selectFrom('persona_assignment as a')
      .innerJoin('persona as p', 'p.id', 'a.persona_id')
      .select('p.code')
      .where('a.subject_kind', '=', 'customer')
      .where('a.subject_id', '=', id)
      .executeTakeFirst()
    return row?.code ?? null
  }

  private async give(
    personaId: string,
    kind: 'customer' | 'surface' | 'tenant',
    subject: string,
    source: string,
    until: string | null,
    ctx?: RequestContext,
  ) {
    const now = this.clock.now()
    const row = await this.database.transaction(async (tx) => {
      const written = await tx
        .insertInto('persona_assignment')
        .values({
          id: newId('pas'),
          persona_id: personaId,
          subject_kind: kind,
          subject_id: subject,
          source,
          expires_at: until,
          created_at: now,
          updated_at: now,
        })
        .onConflict((conflict) =>
          conflict
            .columns(['subject_kind', 'subject_id'])
            .doUpdateSet({ persona_id: personaId, source, expires_at: until, updated_at: now }),
        )
        .returningAll()
        .executeTakeFirstOrThrow()
      if (ctx)
        await audit(tx, ctx, { action: 'persona.assign', resource: { type: 'persona', id: personaId }, after: { kind, subject, until } })
      return written
    })
    await this.cache.drop('persona:')
    return {
      id: row.id,
      persona_id: row.persona_id,
      subject_id: row.subject_id,
      expires_at: row.expires_at?.toISOString() ?? null,
      created_at: row.created_at.toISOString(),
    }
  }

  private async forget(kind: string, subject: string): Promise<void> {
    await this.database.read.deleteFrom('persona_assignment').where('subject_kind', '=', kind).where('subject_id', '=', subject).execute()
  }

  /** Personas, and who was given one by staff: some dozen rows that change seldom. */
  private house(): Promise<House> {
    return this.cache.wrap('persona:house', 300, async () => {
      const rows = await this.database.read
        .selectFrom('persona')
        .selectAll()
        .where('status', '=', 'active')
        .orderBy('priority', 'desc')
        .orderBy('code')
        .execute()
      const { assignments } = await this.assignments()
      return {
        personas: rows.map((row) => ({
          id: row.id,
          code: row.code,
          priority: row.priority,
          constraints: row.constraints as PersonaConstraints,
          name: row.name as I18nText,
          description: row.description as I18nText,
        })),
        given: assignments.map((one) => ({ kind: one.subject_kind, subject: one.subject_id, code: one.code, until: one.expires_at })),
      }
    })
  }

  private text(ctx: RequestContext, text: I18nText): string {
    return pickText(text, ctx.locale, this.tenant.document.default_locale)
  }
}

/** What is from this age on is for adults. */
export const adultAge = 18
