import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { listReleases, readRelease } from './release.contract.ts'
import { ReleaseService } from './release.service.ts'

@Controller()
export class ReleaseController {
  constructor(private readonly releases: ReleaseService) {}

  @Handle(listReleases)
  list(_ctx: RequestContext, input: Input<typeof listReleases>) {
    return this.releases.list(input.query)
  }

  @Handle(readRelease)
  read(_ctx: RequestContext, input: Input<typeof readRelease>) {
    return this.releases.read(input.params.version)
  }
}
