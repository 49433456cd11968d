import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { changeSetting, listSettings, resetSetting } from './setting.contract.ts'
import { SettingService } from './setting.service.ts'

@Controller()
export class SettingController {
  constructor(private readonly settings: SettingService) {}

  @Handle(listSettings)
  list(ctx: RequestContext) {
    return this.settings.list(ctx)
  }

  @Handle(changeSetting)
  change(ctx: RequestContext, input: Input<typeof changeSetting>) {
    return this.settings.change(ctx, input.params.key, input.body)
  }

  @Handle(resetSetting)
  reset(ctx: RequestContext, input: Input<typeof resetSetting>) {
    return this.settings.reset(ctx, input.params.key)
  }
}
