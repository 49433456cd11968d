import { Module } from '@nestjs/common'
import { ControlPlane } from './control-plane.ts'
import { ControlStream } from './control-stream.ts'
import { ReportPush } from './report-push.ts'
import { StaffKeys } from './staff-keys.ts'

/** Everything between this data plane and the control plane. `HealthSource` is provided by whoever imports this. */
@Module({ providers: [ControlPlane, StaffKeys, ControlStream, ReportPush], exports: [ControlPlane, StaffKeys, ControlStream, ReportPush] })
export class ControlStreamModule {}
