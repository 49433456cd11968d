import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { diffReleases, listReleases, readRelease, readReleaseComponents, registerRelease, yankRelease } from './release.contract.ts'
import { ReleaseIntake } from './release.intake.ts'
import { ReleaseService } from './release.service.ts'

@Controller()
export class ReleaseController {
  constructor(
    private readonly releases: ReleaseService,
    private readonly intake: ReleaseIntake,
  ) {}

  @Handle(listReleases)
  list(_ctx: RequestContext, input: Input<typeof listReleases>) {
    return this.releases.list(input.query)
  }

  @Handle(readRelease)
  read(_ctx: RequestContext, input: Input<typeof readRelease>) {
    return this.releases.read(input.params.version)
  }

  @Handle(registerRelease)
  async register(ctx: RequestContext, input: Input<typeof registerRelease>) {
    return this.releases.read(await this.intake.takeIn(ctx, input.body.dir))
  }

  @Handle(yankRelease)
  yank(ctx: RequestContext, input: Input<typeof yankRelease>) {
    return this.releases.yank(ctx, input.params.version, input.body.reason)
  }

  @Handle(diffReleases)
  diff(_ctx: RequestContext, input: Input<typeof diffReleases>) {
    return this.releases.diff(input.params.version, input.query.from)
  }

  @Handle(readReleaseComponents)
  components(_ctx: RequestContext, input: Input<typeof readReleaseComponents>) {
    return this.releases.components(input.params.version)
  }
}
