import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { listCertificates, readCertificate, verifyCertificate } from './certificate.contract.ts'
import { CertificateService } from './certificate.service.ts'

@Controller()
export class CertificateController {
  constructor(private readonly certificates: CertificateService) {}

  @Handle(listCertificates)
  list(_ctx: RequestContext, input: Input<typeof listCertificates>) {
    return this.certificates.list(input.query)
  }

  @Handle(readCertificate)
  read(_ctx: RequestContext, input: Input<typeof readCertificate>) {
    return this.certificates.read(input.params.id)
  }

  @Handle(verifyCertificate)
  verify(_ctx: RequestContext, input: Input<typeof verifyCertificate>) {
    return this.certificates.verify(input.body.jws)
  }
}
