import { Module } from '@nestjs/common'
import { managedController } from '../../platform/managed/managed-controller.ts'
import { personas } from './contract.ts'
import { PersonaController } from './persona.controller.ts'
import { PersonaRows } from './persona.rows.ts'
import { PersonaSeed } from './persona.seed.ts'
import { Personas } from './persona.service.ts'

/** Kinds of visitors: who is which, why, and what is kept from them. */
@Module({
  controllers: [managedController(personas, PersonaRows), PersonaController],
  providers: [PersonaRows, Personas, PersonaSeed],
  exports: [Personas],
})
export class PersonaModule {}
