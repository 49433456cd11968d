import '../styles.css'
import { startCountdowns } from './countdown.ts'
import { startDialogs } from './dialogs.ts'
import { startDrawer } from './drawer.ts'
import { startFieldChecks } from './field-checks.ts'
import { startIslands } from './islands.ts'
import { startLiveForms } from './live-forms.ts'
import { startLiveParts } from './live-parts.ts'
import { startOffline } from './offline.ts'
import { startOwnZone } from './own-zone.ts'
import { startPositions } from './position.ts'
import { watchPurchase } from './purchase-bar.ts'
import { startSwaps } from './swaps.ts'

// Everything works without this file; it saves page loads and keeps the place.
document.documentElement.classList.add('js')
startDrawer()
startLiveForms()
startFieldChecks()
startIslands(document)
watchPurchase()
startCountdowns()
startLiveParts()
startSwaps()
startDialogs()
startPositions()
startOwnZone()
startOffline()
document.querySelector<HTMLElement>('[data-focus]')?.focus()
