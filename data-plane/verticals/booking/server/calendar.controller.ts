import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  vendorCreateBlock,
  vendorCreateException,
  vendorCreateImport,
  vendorCreateProvider,
  vendorGetCalendar,
  vendorGetFeedAddress,
  vendorGetProvider,
  vendorListBlocks,
  vendorListExceptions,
  vendorListImports,
  vendorListProviders,
  vendorListRules,
  vendorRemoveBlock,
  vendorRemoveException,
  vendorRemoveImport,
  vendorReplaceRules,
  vendorRotateFeedAddress,
  vendorRunImport,
  vendorUpdateProvider,
} from '../contract.ts'
import { Availability } from './availability.ts'
import { CalendarImports } from './calendar-imports.ts'
import { FeedAddresses } from './feed-addresses.ts'
import { Providers } from './providers.ts'
import { VendorCalendar } from './vendor-calendar.ts'

/** Providers, when they can be had, and the calendar of it all. */
@Controller()
export class VendorCalendarController {
  constructor(
    private readonly providers: Providers,
    private readonly availability: Availability,
    private readonly imports: CalendarImports,
    private readonly feeds: FeedAddresses,
    private readonly calendar: VendorCalendar,
  ) {}

  @Handle(vendorGetCalendar)
  read(ctx: RequestContext, { query }: Input<typeof vendorGetCalendar>) {
    return this.calendar.read(ctx, query)
  }

  @Handle(vendorListProviders)
  list(ctx: RequestContext, { query }: Input<typeof vendorListProviders>) {
    return this.providers.list(ctx, query)
  }

  @Handle(vendorGetProvider)
  get(ctx: RequestContext, { params }: Input<typeof vendorGetProvider>) {
    return this.providers.get(ctx, params.id)
  }

  @Handle(vendorCreateProvider)
  create(ctx: RequestContext, { body }: Input<typeof vendorCreateProvider>) {
    return this.providers.create(ctx, body)
  }

  @Handle(vendorUpdateProvider)
  update(ctx: RequestContext, { params, body }: Input<typeof vendorUpdateProvider>) {
    return this.providers.update(ctx, params.id, body)
  }

  @Handle(vendorListRules)
  rules(ctx: RequestContext, { params }: Input<typeof vendorListRules>) {
    return this.availability.rules(ctx, params.id)
  }

  @Handle(vendorReplaceRules)
  replaceRules(ctx: RequestContext, { params, body }: Input<typeof vendorReplaceRules>) {
    return this.availability.replaceRules(ctx, params.id, body)
  }

  @Handle(vendorListExceptions)
  exceptions(ctx: RequestContext, { params, query }: Input<typeof vendorListExceptions>) {
    return this.availability.exceptions(ctx, params.id, query)
  }

  @Handle(vendorCreateException)
  createException(ctx: RequestContext, { params, body }: Input<typeof vendorCreateException>) {
    return this.availability.createException(ctx, params.id, body)
  }

  @Handle(vendorRemoveException)
  removeException(ctx: RequestContext, { params }: Input<typeof vendorRemoveException>) {
    return this.availability.removeException(ctx, params.id, params.child_id)
  }

  @Handle(vendorListBlocks)
  blocks(ctx: RequestContext, { params, query }: Input<typeof vendorListBlocks>) {
    return this.availability.blocks(ctx, params.id, query)
  }

  @Handle(vendorCreateBlock)
  createBlock(ctx: RequestContext, { params, body }: Input<typeof vendorCreateBlock>) {
    return this.availability.createBlock(ctx, params.id, body)
  }

  @Handle(vendorRemoveBlock)
  removeBlock(ctx: RequestContext, { params }: Input<typeof vendorRemoveBlock>) {
    return this.availability.removeBlock(ctx, params.id, params.child_id)
  }

  @Handle(vendorListImports)
  listImports(ctx: RequestContext, { params }: Input<typeof vendorListImports>) {
    return this.imports.list(ctx, params.id)
  }

  @Handle(vendorCreateImport)
  createImport(ctx: RequestContext, { params, body }: Input<typeof vendorCreateImport>) {
    return this.imports.create(ctx, params.id, body.url)
  }

  @Handle(vendorRunImport)
  runImport(ctx: RequestContext, { params }: Input<typeof vendorRunImport>) {
    return this.imports.run(ctx, params.id, params.child_id)
  }

  @Handle(vendorRemoveImport)
  removeImport(ctx: RequestContext, { params }: Input<typeof vendorRemoveImport>) {
    return this.imports.remove(ctx, params.id, params.child_id)
  }

  @Handle(vendorGetFeedAddress)
  feed(ctx: RequestContext, { params }: Input<typeof vendorGetFeedAddress>) {
    return this.feeds.of(ctx, params.id, false)
  }

  @Handle(vendorRotateFeedAddress)
  rotateFeed(ctx: RequestContext, { params }: Input<typeof vendorRotateFeedAddress>) {
    return this.feeds.of(ctx, params.id, true)
  }
}
