import type { I18nText } from '@cityos/contract'

const text = (en: string, fr: string, ar: string): I18nText => ({ en, fr, ar })

/** Kinds of visitors of the pilot city. */
export const seededPersonas: readonly {
  code: string
  name: I18nText
  description: I18nText
  axes: Record<string, string[]>
  kids_safe: boolean
  priority: number
}[] = [
  {
    code: 'kid-safe',
    name: text('Children', 'Enfants', 'الأطفال'),
    description: text('Nothing for adults', 'Rien pour les adultes', 'لا محتوى للبالغين'),
    axes: { life_stage: ['child'] },
    kids_safe: true,
    priority: 100,
  },
  {
    code: 'resident-family',
    name: text('Resident family', 'Famille résidente', 'عائلة مقيمة'),
    description: text('Groceries, schools, weekends out', 'Courses, écoles, sorties', 'البقالة والمدارس ونزهات نهاية الأسبوع'),
    axes: { audience: ['resident', 'family'], life_stage: ['parent'] },
    kids_safe: false,
    priority: 60,
  },
  {
    code: 'senior',
    name: text('Senior', 'Senior', 'كبار السن'),
    description: text('Large text, health, calm hours', 'Grands caractères, santé, heures calmes', 'نص كبير وصحة وأوقات هادئة'),
    axes: { audience: ['senior'], accessibility: ['large-text'] },
    kids_safe: false,
    priority: 50,
  },
  {
    code: 'student',
    name: text('Student', 'Étudiant', 'طالب'),
    description: text('Courses, coffee, good prices', 'Cours, cafés, bons prix', 'دورات وقهوة وأسعار مناسبة'),
    axes: { audience: ['student'], socio_economic: ['budget'] },
    kids_safe: false,
    priority: 40,
  },
  {
    code: 'tourist',
    name: text('Tourist', 'Touriste', 'سائح'),
    description: text('Sights, events, tables', 'Visites, événements, tables', 'معالم وفعاليات وطاولات'),
    axes: { audience: ['visitor'], geographic: ['abroad'] },
    kids_safe: false,
    priority: 30,
  },
  {
    code: 'business-visitor',
    name: text('Business visitor', 'Voyageur d’affaires', 'زائر أعمال'),
    description: text('Near KAFD, invoices, quick', 'Près de KAFD, factures, rapide', 'قرب كافد وفواتير وسرعة'),
    axes: { audience: ['visitor'], interest: ['business'] },
    kids_safe: false,
    priority: 20,
  },
]
