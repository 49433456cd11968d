import { I18nText, managedNoun } from '@cityos/contract'
import { z } from 'zod'
import { Handle } from '../../core/catalogue/contract.ts'
import { vertical } from './shapes.ts'

export const ManagedVenue = z.object({
  id: z.string(),
  vendor_id: z.string(),
  handle: z.string(),
  name: I18nText,
  address: I18nText,
  accessibility: I18nText,
  city: z.string(),
  lat: z.number().nullable(),
  lng: z.number().nullable(),
  capacity: z.int().nullable(),
  /** Events that take place there and are not over. */
  events: z.int(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type ManagedVenue = z.infer<typeof ManagedVenue>

export const VenueInput = z.object({
  handle: Handle,
  name: I18nText,
  address: I18nText.default({}),
  accessibility: I18nText.default({}),
  city: z.string().trim().min(1).max(80),
  lat: z.number().min(-90).max(90).nullable().default(null),
  lng: z.number().min(-180).max(180).nullable().default(null),
  capacity: z.int().min(1).max(1_000_000).nullable().default(null),
})
export type VenueInput = z.infer<typeof VenueInput>

export const venueNoun = managedNoun({
  noun: 'venue',
  path: 'venues',
  surface: 'vendor',
  subject: 'event',
  vertical,
  called: ['a venue', 'venues'],
  shape: ManagedVenue,
  input: VenueInput,
  filter: z.object({ city: z.string().max(80).optional() }),
})
export const { list: listVenues, get: getVenue, create: createVenue, update: updateVenue, remove: removeVenue } = venueNoun
