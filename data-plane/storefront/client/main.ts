import '../styles.css'
import { startDrawer } from './drawer.ts'
import { startIslands } from './islands.ts'
import { startLiveForms } from './live-forms.ts'
import { watchPurchase } from './purchase-bar.ts'

// Everything works without this file; it saves page loads and keeps the place.
document.documentElement.classList.add('js')
startDrawer()
startLiveForms()
startIslands(document)
watchPurchase()
document.querySelector<HTMLElement>('[data-focus]')?.focus()
