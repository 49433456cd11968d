import type { ConsoleParts, Screen } from '@cityos/console/kit'
import TicketIcon from '@mui/icons-material/ConfirmationNumberOutlined'
import { listAdminSamplePlaces, type SamplePlaceStatus } from '../contract.ts'
import { placeColumns, placeTitle } from './columns.tsx'

const places: Screen = {
  name: 'sample-places',
  icon: TicketIcon,
  endpoints: { list: listAdminSamplePlaces },
  columns: placeColumns,
  tabs: { values: ['valid', 'used', 'cancelled'] satisfies SamplePlaceStatus[] },
  title: placeTitle,
}

/** The tenant's part. */
export const parts: ConsoleParts = [places]
