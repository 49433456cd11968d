import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { archiveTheme, previewTheme, publishTheme } from './contract.ts'
import { ThemeService } from './theme.service.ts'

@Controller()
export class ThemeController {
  constructor(private readonly themes: ThemeService) {}

  @Handle(publishTheme)
  publish(ctx: RequestContext, { params }: Input<typeof publishTheme>) {
    return this.themes.publish(ctx, params.id)
  }

  @Handle(previewTheme)
  preview(ctx: RequestContext, { params }: Input<typeof previewTheme>) {
    return this.themes.preview(ctx, params.id)
  }

  @Handle(archiveTheme)
  archive(ctx: RequestContext, { params }: Input<typeof archiveTheme>) {
    return this.themes.archive(ctx, params.id)
  }
}
