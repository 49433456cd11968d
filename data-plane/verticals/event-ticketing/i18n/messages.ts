import { addMessages } from '../../../platform/i18n/i18n.ts'
import ar from './ar.json' with { type: 'json' }
import en from './en.json' with { type: 'json' }
import fr from './fr.json' with { type: 'json' }

addMessages({ en, fr, ar })
