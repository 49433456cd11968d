import { Module } from '@nestjs/common'
import { ControlStreamModule } from '../control-stream/control-stream.module.ts'
import { StaffSessionController } from './staff-session.controller.ts'
import { StaffTokens } from './staff-tokens.ts'

@Module({ imports: [ControlStreamModule], controllers: [StaffSessionController], providers: [StaffTokens] })
export class StaffSessionModule {}
