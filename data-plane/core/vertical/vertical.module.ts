import { Module } from '@nestjs/common'
import { Holds } from './holds.ts'
import { Purchasables } from './purchasable.ts'
import { VerticalController } from './vertical.controller.ts'
import { Verticals } from './verticals.service.ts'

/** The registry of what can be sold, the holds on it, and which verticals are on. */
@Module({ controllers: [VerticalController], providers: [Purchasables, Verticals, Holds], exports: [Purchasables, Verticals, Holds] })
export class VerticalModule {}
