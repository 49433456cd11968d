import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  getSampleOffer,
  getSamplePlace,
  listAdminSamplePlaces,
  listMySamplePlaces,
  listSampleOffers,
  listVendorSamplePlaces,
  useSamplePlace,
} from '../contract.ts'
import { SamplePlaces } from './places.ts'

@Controller()
export class StoreSampleController {
  constructor(private readonly places: SamplePlaces) {}

  @Handle(listSampleOffers)
  offers(ctx: RequestContext, input: Input<typeof listSampleOffers>) {
    return this.places.offers(ctx, input.query)
  }

  @Handle(getSampleOffer)
  offer(ctx: RequestContext, input: Input<typeof getSampleOffer>) {
    return this.places.offer(ctx, input.params.handle)
  }

  @Handle(listMySamplePlaces)
  mine(ctx: RequestContext, input: Input<typeof listMySamplePlaces>) {
    return this.places.mine(ctx, input.query)
  }

  @Handle(getSamplePlace)
  get(ctx: RequestContext, input: Input<typeof getSamplePlace>) {
    return this.places.get(ctx, input.params.id, input.query.token)
  }
}

@Controller()
export class SampleDeskController {
  constructor(private readonly places: SamplePlaces) {}

  @Handle(listVendorSamplePlaces)
  ofVendor(ctx: RequestContext, input: Input<typeof listVendorSamplePlaces>) {
    return this.places.ofVendor(ctx, input.query)
  }

  @Handle(useSamplePlace)
  use(ctx: RequestContext, input: Input<typeof useSamplePlace>) {
    return this.places.use(ctx, input.params.id)
  }

  @Handle(listAdminSamplePlaces)
  all(ctx: RequestContext, input: Input<typeof listAdminSamplePlaces>) {
    return this.places.all(ctx, input.query)
  }
}
