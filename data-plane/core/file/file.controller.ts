import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { adminCreateUploadSession, downloadFile, uploadFile, vendorCreateUploadSession } from './contract.ts'
import { FileService } from './file.service.ts'

@Controller()
export class FileController {
  constructor(private readonly files: FileService) {}

  @Handle(adminCreateUploadSession)
  adminSession(ctx: RequestContext, { body }: Input<typeof adminCreateUploadSession>) {
    return this.files.openSession(ctx, body)
  }

  @Handle(vendorCreateUploadSession)
  vendorSession(ctx: RequestContext, { body }: Input<typeof vendorCreateUploadSession>) {
    return this.files.openSession(ctx, body)
  }

  @Handle(uploadFile)
  upload(ctx: RequestContext, { params }: Input<typeof uploadFile>) {
    return this.files.upload(ctx, params.token)
  }

  @Handle(downloadFile)
  download(ctx: RequestContext, { params, query }: Input<typeof downloadFile>) {
    return this.files.download(ctx, params.key, query)
  }
}
