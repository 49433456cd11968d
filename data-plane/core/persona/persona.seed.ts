import { Injectable, type OnModuleInit } from '@nestjs/common'
import { Cache } from '../../platform/cache/cache.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, jsonb } from '../../platform/db/index.ts'
import { Seeds } from '../../platform/seed/seeds.ts'
import { seededPersonas } from './seed.data.ts'

/** The personas of the pilot city; found again by their code. */
@Injectable()
export class PersonaSeed implements OnModuleInit {
  constructor(
    private readonly seeds: Seeds,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly cache: Cache,
  ) {}

  onModuleInit(): void {
    this.seeds.register({ vertical: 'catalogue', run: async () => ({ added: await this.run() }) })
  }

  private async run(): Promise<number> {
    const now = this.clock.now()
    const written = await this.database.transaction((tx) =>
      tx
        .insertInto('persona')
        .values(
          seededPersonas.map(({ code, name, description, axes, kids_safe, priority }) => ({
            id: `per_seed_${code}`,
            code,
            name: jsonb(name),
            description: jsonb(description),
            axes: jsonb(axes),
            constraints: jsonb({ kids_safe }),
            priority,
            created_at: now,
            updated_at: now,
          })),
        )
        .onConflict((conflict) => conflict.column('code').doNothing())
        .returning('id')
        .execute(),
    )
    if (written.length > 0) await this.cache.drop('persona:')
    return written.length
  }
}
