import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { listSigningKeys, rotateSigningKey } from './account.contract.ts'
import { KeyRotation } from './key-rotation.ts'
import { SigningKeys } from './signing-keys.ts'

@Controller()
export class SigningKeyController {
  constructor(
    private readonly keys: SigningKeys,
    private readonly rotation: KeyRotation,
  ) {}

  @Handle(listSigningKeys)
  list() {
    return this.keys.list()
  }

  @Handle(rotateSigningKey)
  rotate(ctx: RequestContext, { body }: Input<typeof rotateSigningKey>) {
    return this.rotation.rotate(ctx, body)
  }
}
