import type { Locale } from '@cityos/contract'
import type { DraftFailures, TenantDraft, WizardStep } from './tenant-draft.ts'

/** What every step of the wizard is given. */
export interface StepProps {
  draft: TenantDraft
  change: (part: Partial<TenantDraft>) => void
  failures: DraftFailures
  goTo: (step: WizardStep) => void
}

/** Languages by their own names, as people look for them. */
export const languageNames: Record<Locale, string> = { en: 'English', fr: 'Français', ar: 'العربية' }
