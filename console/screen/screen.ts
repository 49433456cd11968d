import type { ComponentType, ReactNode } from 'react'
import type { RaRecord } from 'react-admin'
import type { ResourceEndpoints } from '../api/data-provider.ts'
import type { MenuEntry } from '../shell/navigation.ts'

/** A column (or a fact on the show page): a field of the contract, or one drawn by hand. */
export interface Column {
  source: string
  /** i18n key; default `field.<source>`. */
  label?: string
  render?: (record: RaRecord) => ReactNode
  /** The API can order by it. */
  sortable?: boolean
  /** Where it stands on a phone's card; default: a line of the card. */
  card?: 'title' | 'aside' | 'line' | 'none'
  /** Only shown in the table once somebody chooses it under "Columns". */
  optional?: boolean
  /** Numbers and money stand at the end of their column. */
  end?: boolean
}

export type ColumnOrName = Column | string

/** An input of a form: a field of the request's schema, or one drawn by hand. */
export type FormField = string | { source: string; input: ReactNode } | { heading: string }

export interface Reference {
  resource: string
  /** Only rows that fit, as the list endpoint's query has it. */
  filter?: Record<string, string>
  /** Id of the one that is there already: it is shown and cannot be chosen. */
  present?: string
}

/**
 * One resource's screens as data. What it does not say is derived from the endpoints' schemas: how to show a field, which
 * filters there are and what they offer, which inputs a form has, what a verb asks for before it is sent.
 */
export interface Screen {
  /** Resource name: path of the screens, key of `resources.<name>`. */
  name: string
  icon: ComponentType
  endpoints: ResourceEndpoints
  columns: ColumnOrName[]
  /** Names of query fields of the list endpoint. */
  filters?: string[]
  /** Tabs over the list: values of the query field `status`, and a hook that counts them. */
  tabs?: { values: readonly string[]; useCounts?: () => Record<string, number> | undefined }
  /** i18n key of the search field's hint; absent: no search. */
  search?: string
  /** `field` or `-field`; absent: the API's own order. */
  order?: string
  /** What a record is called in titles. */
  title: (record: RaRecord) => string
  facts?: ColumnOrName[]
  /** More of the show page, under the facts. */
  detail?: ComponentType
  form?: FormField[]
  /** Where creating asks for other fields than changing does. */
  createForm?: FormField[]
  /** Currency of the money inputs, where the record does not say. */
  currency?: (record: RaRecord | undefined) => string
  /** Screens written by hand instead of derived. */
  list?: ComponentType
  show?: ComponentType
  create?: ComponentType
  edit?: ComponentType
  /** More of the list's toolbar. */
  tools?: ComponentType
  /** Group of the menu (a vertical's screens stand in the vertical's own), and whether it is reached from elsewhere only. */
  menu?: Pick<MenuEntry, 'key'> & { group?: string; hidden?: boolean }
  /** Fields that name a row of another resource: a form offers its rows by their titles. */
  references?: Record<string, Reference>
}
