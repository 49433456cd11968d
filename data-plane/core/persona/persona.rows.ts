import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { Selectable } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { Cache } from '../../platform/cache/cache.ts'
import type { Tx } from '../../platform/db/index.ts'
import { ManagedParts, ManagedRows } from '../../platform/managed/managed-rows.ts'
import { personaAxes, personas } from './contract.ts'

type Row = Selectable<DB['persona']>

/** The personas of a shop. */
@Injectable()
export class PersonaRows extends ManagedRows<'persona', typeof personas> {
  constructor(
    parts: ManagedParts,
    private readonly cache: Cache,
  ) {
    super(parts, personas, {
      table: 'persona',
      entity: 'persona.persona',
      prefix: 'per',
      owner: { column: 'id' },
      order: ['-priority', 'priority', 'created_at', '-created_at'],
      search: 'name',
    })
  }

  protected override async columns(_tx: Tx, _ctx: RequestContext, input: { axes?: Record<string, string[]> | undefined }) {
    const unknown = Object.keys(input.axes ?? {}).find((axis) => !(personaAxes as readonly string[]).includes(axis))
    if (unknown) throw new DomainError('validation_failed', { field: `axes.${unknown}`, details: { axes: [...personaAxes] } })
    return {}
  }

  protected override async written(tx: Tx, _ctx: RequestContext, _row: Row): Promise<void> {
    this.parts.database.afterCommit(tx, () => this.cache.drop('persona:'))
  }
}
