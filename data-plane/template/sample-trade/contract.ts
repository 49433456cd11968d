import { anyone, customer, endpoint, I18nText, listEndpoint, Money, managedNoun, staff, vendor } from '@cityos/contract'
import { z } from 'zod'

const vertical = 'sample-trade'

/** What is put in a cart (kind `sample.place`); the line's quantity is the number of places. */
export const SamplePlaceChoice = z.object({ offer_id: z.string().max(40) })
export type SamplePlaceChoice = z.infer<typeof SamplePlaceChoice>

const offerFields = {
  handle: z.string().regex(/^[a-z0-9-]{2,60}$/),
  title: I18nText,
  price: Money,
  places: z.int().min(1).max(10_000),
}

/** Offers as their vendor keeps them: list, read, add, change, remove. */
export const sampleOffer = managedNoun({
  noun: 'sampleOffer',
  path: 'sample-offers',
  surface: 'vendor',
  subject: 'sample_offer',
  vertical,
  called: ['an offer', 'offers'],
  shape: z.object({ ...offerFields, id: z.string(), version: z.int(), used: z.int() }),
  input: z.object(offerFields),
})
export const {
  list: listOwnSampleOffers,
  get: getOwnSampleOffer,
  create: createSampleOffer,
  update: updateSampleOffer,
  remove: removeSampleOffer,
} = sampleOffer

/** An offer as shoppers see it. */
export const SampleCard = z.object({
  id: z.string(),
  handle: z.string(),
  title: z.string(),
  price: Money,
  places_left: z.int(),
  vendor: z.object({ id: z.string(), handle: z.string(), name: z.string() }),
})
export type SampleCard = z.infer<typeof SampleCard>

export const listSampleOffers = listEndpoint({
  id: 'store.sampleOffer.list',
  method: 'GET',
  path: '/v1/store/sample-offers',
  summary: 'Offers, newest first',
  access: anyone,
  vertical,
  response: SampleCard,
})

export const getSampleOffer = endpoint({
  id: 'store.sampleOffer.get',
  method: 'GET',
  path: '/v1/store/sample-offers/{handle}',
  summary: 'One offer',
  access: anyone,
  vertical,
  params: z.object({ handle: z.string().max(60) }),
  response: SampleCard,
})

export const SamplePlaceStatus = z.enum(['held', 'valid', 'used', 'cancelled', 'released'])
export type SamplePlaceStatus = z.infer<typeof SamplePlaceStatus>

/** Places somebody has bought. */
export const SamplePlace = z.object({
  id: z.string(),
  offer: z.object({ id: z.string(), handle: z.string(), title: z.string() }),
  order_id: z.string(),
  quantity: z.int(),
  status: SamplePlaceStatus,
  bought_at: z.string(),
  used_at: z.string().nullable(),
  actions: z.array(z.string()),
})
export type SamplePlace = z.infer<typeof SamplePlace>

const byId = z.object({ id: z.string().max(40) })

export const listMySamplePlaces = listEndpoint({
  id: 'store.samplePlace.mine',
  method: 'GET',
  path: '/v1/store/me/sample-places',
  summary: 'Own places, newest first',
  access: customer,
  vertical,
  afterOff: true,
  response: SamplePlace,
})

export const getSamplePlace = endpoint({
  id: 'store.samplePlace.get',
  method: 'GET',
  path: '/v1/store/sample-places/{id}',
  summary: 'Places that were bought: own, or with the token of their order',
  access: anyone,
  vertical,
  afterOff: true,
  params: byId,
  query: z.object({ token: z.string().max(200).optional() }),
  response: SamplePlace,
})

export const listVendorSamplePlaces = listEndpoint({
  id: 'vendor.samplePlace.list',
  method: 'GET',
  path: '/v1/vendor/sample-places',
  summary: 'Sold places, newest first',
  access: vendor('read', 'sample_place'),
  vertical,
  afterOff: true,
  query: z.object({ status: SamplePlaceStatus.optional() }),
  response: SamplePlace,
})

export const useSamplePlace = endpoint({
  id: 'vendor.samplePlace.use',
  method: 'POST',
  path: '/v1/vendor/sample-places/{id}/use',
  summary: 'The places are used: the vendor’s money for them is available',
  access: vendor('fulfil', 'sample_place'),
  vertical,
  afterOff: true,
  params: byId,
  response: SamplePlace,
  idempotencyKey: true,
  errors: ['invalid_transition'],
})

export const listAdminSamplePlaces = listEndpoint({
  id: 'admin.samplePlace.list',
  method: 'GET',
  path: '/v1/admin/sample-places',
  summary: 'Sold places of all vendors, newest first',
  access: staff('read', 'sample_place'),
  vertical,
  afterOff: true,
  query: z.object({ status: SamplePlaceStatus.optional() }),
  response: SamplePlace,
})
