import { Module } from '@nestjs/common'
import { VerticalModule } from '../vertical/vertical.module.ts'
import { GovernanceController } from './governance.controller.ts'
import { Governance } from './governance.service.ts'

/** What policies of the city allow: decided here, asked where something is published and where it is bought. */
@Module({ imports: [VerticalModule], controllers: [GovernanceController], providers: [Governance], exports: [Governance] })
export class GovernanceModule {}
