import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { getLedgerTransaction, listLedgerAccounts, listLedgerEntries, verifyLedger } from './contract.ts'
import { LedgerQuery } from './ledger.query.ts'

@Controller()
export class AdminLedgerController {
  constructor(private readonly ledger: LedgerQuery) {}

  @Handle(listLedgerAccounts)
  accounts(_ctx: RequestContext, input: Input<typeof listLedgerAccounts>) {
    return this.ledger.accounts(input.query)
  }

  @Handle(listLedgerEntries)
  entries(_ctx: RequestContext, input: Input<typeof listLedgerEntries>) {
    return this.ledger.entries(input.query)
  }

  @Handle(getLedgerTransaction)
  transaction(_ctx: RequestContext, input: Input<typeof getLedgerTransaction>) {
    return this.ledger.transaction(input.params.id)
  }

  @Handle(verifyLedger)
  verify() {
    return this.ledger.verify()
  }
}
