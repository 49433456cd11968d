/**
 * What a vertical's screens are made of (`data-plane/verticals/<name>/console`): the console's own parts, under one name.
 * A vertical imports this, its contract, React, react-admin and MUI; nothing else of the console.
 */

export { ConsoleError } from './api/failure.ts'
export { useClient, useRead, useSend } from './api/query.ts'
export { Chart } from './chart/chart.tsx'
export { BpsInput } from './fields/bps-input.tsx'
export {
  formatAgo,
  formatDate,
  formatDay,
  formatNumber,
  formatPercent,
  formatRangeIn,
  formatTimeIn,
  formatWhen,
  formatWhenIn,
  useConsoleLocale,
} from './fields/format.ts'
export { InlineField } from './fields/inline-field.tsx'
export { MoneyField, MoneyInput } from './fields/money-input.tsx'
export { useNow } from './fields/now.ts'
export { PictureInput } from './fields/picture-input.tsx'
export { saveText } from './fields/save-text.ts'
export { StatusChip, type Tone, toneOf } from './fields/status.tsx'
export { TranslatedInput } from './fields/translated-input.tsx'
export { Dash, Ident, MoneyText, Names, TranslatedText, When } from './fields/values.tsx'
export { emptyWeek, type Stretch, useWeekdayName, type Week, WeekHours, weekdays, weekFails } from './fields/week-hours.tsx'
export { PlaceZone } from './fields/when-input.tsx'
export { addDays, dateIn, minuteIn, momentIn, weekStart, zoneOffset } from './fields/zone.ts'
export { ActionButtons } from './screen/actions.tsx'
export { Confirm, type Question } from './screen/confirm.tsx'
export { DerivedInput } from './screen/derived-input.tsx'
export { EndpointDialog } from './screen/endpoint-dialog.tsx'
export { type Fact, Facts, Panel } from './screen/facts.tsx'
export { Figure, Figures } from './screen/figures.tsx'
export { RemoveButton } from './screen/remove-button.tsx'
export { type RowColumn, RowsTable } from './screen/rows-table.tsx'
export type { Column, FormField, Screen } from './screen/screen.ts'
export { CopyButton, FailureAlert, useFailureNotice } from './shell/failure-notice.tsx'
export { useFailureWords } from './shell/failure-words.ts'
export { EmptyState, FailureState, ListSkeleton, Loaded, State } from './shell/states.tsx'
export type { ConsolePage, ConsoleParts } from './shell/verticals.ts'
