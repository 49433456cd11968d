import { ActionButtons, type ConsoleParts, type Screen } from '@cityos/console/kit'
import TicketIcon from '@mui/icons-material/ConfirmationNumberOutlined'
import LocalOfferIcon from '@mui/icons-material/LocalOfferOutlined'
import {
  createSampleOffer,
  getOwnSampleOffer,
  listOwnSampleOffers,
  listVendorSamplePlaces,
  type SamplePlace,
  type SamplePlaceStatus,
  updateSampleOffer,
  useSamplePlace,
} from '../contract.ts'
import { placeColumns, placeTitle } from './columns.tsx'

const offers: Screen = {
  name: 'sample-offers',
  icon: LocalOfferIcon,
  endpoints: { list: listOwnSampleOffers, read: getOwnSampleOffer, create: createSampleOffer, update: updateSampleOffer },
  columns: ['title', 'handle', 'price', 'places', 'used'],
  title: (record) => String(record['handle']),
  form: ['title', 'handle', 'price', 'places'],
}

const places: Screen = {
  name: 'sample-places',
  icon: TicketIcon,
  endpoints: { list: listVendorSamplePlaces, actions: { use: useSamplePlace } },
  columns: [
    ...placeColumns,
    {
      source: 'actions',
      label: 'shell.actions',
      render: (record) => (
        <ActionButtons
          resource="sample-places"
          record={record}
          names={(record as unknown as SamplePlace).actions}
          endpoints={{ use: useSamplePlace }}
          size="small"
        />
      ),
    },
  ],
  tabs: { values: ['valid', 'used', 'cancelled'] satisfies SamplePlaceStatus[] },
  title: placeTitle,
}

/** The vendor's part. */
export const parts: ConsoleParts = [offers, places]
