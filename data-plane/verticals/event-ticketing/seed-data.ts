import type { EventCategory, GenderPolicy, SeatLayout } from './contract.ts'

/** English, French, Arabic. */
export type Text = readonly [en: string, fr: string, ar: string]

export interface SeedVendor {
  handle: string
  name: Text
  tagline: Text
  text: Text
  legalName: string
  crNo: string
  vatNo: string
  glyph: string
  hue: number
  owner: string
}

/** Organisers besides those of the shop's own seed. */
export const vendors: SeedVendor[] = [
  {
    handle: 'diriyah-nights',
    name: ['Diriyah Nights', 'Nuits de Diriyah', 'ليالي الدرعية'],
    tagline: [
      'Races and match nights by the old walls',
      'Courses et soirées de match au pied des remparts',
      'سباقات وأمسيات كروية عند الأسوار القديمة',
    ],
    text: [
      'We close the streets around the old town for a few nights a year and hand them to whoever loves speed and football.',
      'Quelques nuits par an, nous fermons les rues autour de la vieille ville pour les offrir aux amoureux de la vitesse et du football.',
      'نغلق الشوارع حول البلدة القديمة ليالي معدودة في السنة ونهديها لعشاق السرعة وكرة القدم.',
    ],
    legalName: 'Diriyah Nights Events Co.',
    crNo: '1010556201',
    vatNo: '310556620100003',
    glyph: 'trophy',
    hue: 18,
    owner: 'Sultan Al Dosari',
  },
  {
    handle: 'library-yard',
    name: ['The Library Yard', 'La Cour de la bibliothèque', 'ساحة المكتبة'],
    tagline: ['Workshops and science for whole families', 'Ateliers et science pour toute la famille', 'ورش وعلوم لكل العائلة'],
    text: [
      'Volunteers and craftspeople who open the library’s courtyard on weekends: microscopes in the morning, clay in the evening.',
      'Des bénévoles et des artisans ouvrent la cour de la bibliothèque le week-end : microscopes le matin, argile le soir.',
      'متطوعون وحرفيون يفتحون ساحة المكتبة في نهاية الأسبوع: مجاهر صباحًا وطين مساءً.',
    ],
    legalName: 'Library Yard Association',
    crNo: '1010556202',
    vatNo: '310556620200003',
    glyph: 'books',
    hue: 150,
    owner: 'Maha Al Shammari',
  },
]

export interface SeedVenue {
  handle: string
  vendor: string
  name: Text
  address: Text
  lat: number
  lng: number
  capacity: number
}

export const venues: SeedVenue[] = [
  {
    handle: 'boulevard-theatre',
    vendor: 'kafd-events',
    name: ['Boulevard Theatre', 'Théâtre du Boulevard', 'مسرح البوليفارد'],
    address: ['Prince Turki Road, Hittin', 'Route Prince Turki, Hittin', 'طريق الأمير تركي، حي حطين'],
    lat: 24.7672,
    lng: 46.6028,
    capacity: 572,
  },
  {
    handle: 'kafd-conference',
    vendor: 'kafd-events',
    name: ['KAFD Conference Centre', 'Centre de conférences KAFD', 'مركز مؤتمرات كافد'],
    address: ['King Fahd Road, KAFD', 'Route du Roi Fahd, KAFD', 'طريق الملك فهد، كافد'],
    lat: 24.7627,
    lng: 46.6405,
    capacity: 900,
  },
  {
    handle: 'diriyah-circuit',
    vendor: 'diriyah-nights',
    name: ['Diriyah Street Circuit', 'Circuit urbain de Diriyah', 'حلبة شوارع الدرعية'],
    address: ['Al Bujairi, Diriyah', 'Al Bujairi, Diriyah', 'البجيري، الدرعية'],
    lat: 24.7341,
    lng: 46.5735,
    capacity: 500,
  },
  {
    handle: 'fan-zone-malqa',
    vendor: 'diriyah-nights',
    name: ['Fan Zone Al Malqa', 'Fan zone Al Malqa', 'منطقة المشجعين بالملقا'],
    address: ['Anas Ibn Malik Road, Al Malqa', 'Route Anas Ibn Malik, Al Malqa', 'طريق أنس بن مالك، الملقا'],
    lat: 24.8107,
    lng: 46.6081,
    capacity: 1200,
  },
  {
    handle: 'king-salman-library',
    vendor: 'library-yard',
    name: ['King Salman Library', 'Bibliothèque du Roi Salman', 'مكتبة الملك سلمان'],
    address: ['King Saud University, Riyadh', 'Université du Roi Saoud, Riyad', 'جامعة الملك سعود، الرياض'],
    lat: 24.7236,
    lng: 46.6266,
    capacity: 400,
  },
  {
    handle: 'clay-house',
    vendor: 'library-yard',
    name: ['Clay House Al Olaya', 'Maison d’argile Al Olaya', 'بيت الطين بالعليا'],
    address: ['Tahlia Street, Al Olaya', 'Rue Tahlia, Al Olaya', 'شارع التحلية، العليا'],
    lat: 24.6953,
    lng: 46.6858,
    capacity: 20,
  },
]

export interface SeedType {
  key: string
  name: Text
  text?: Text
  kind?: 'admission' | 'add_on'
  riyals: number
  tiers?: { riyals: number; quantity: number }[]
  categories?: Record<string, number>
  parents?: string[]
  max?: number
  names?: boolean
  /** Hidden until a voucher opens it. */
  hidden?: boolean
}

export interface SeedEvent {
  handle: string
  vendor: string
  venue: string
  title: Text
  text: Text
  category: EventCategory
  glyph: string
  hue: number
  /** Days from today at an hour of the city, each a date; several make a series. */
  days: number[]
  hour: number
  hours: number
  gender?: GenderPolicy
  ageMin?: number
  free?: boolean
  seated?: boolean
  tiers: { hours_before: number; refund_bps: number }[]
  types: SeedType[]
  quotas: { name: string; size: number; types: string[] }[]
  vouchers?: { code: string; effect: 'percent' | 'none'; value: number; uses: number; type?: string; blocks?: boolean }[]
}

const lenient = [
  { hours_before: 168, refund_bps: 10_000 },
  { hours_before: 48, refund_bps: 5000 },
  { hours_before: 0, refund_bps: 0 },
]

/** The examples of docs/spec/event-ticketing.md. */
export const events: SeedEvent[] = [
  {
    handle: 'winter-boulevard-concert',
    vendor: 'kafd-events',
    venue: 'boulevard-theatre',
    title: ['Winter Boulevard Concert', 'Concert d’hiver du Boulevard', 'حفل شتاء البوليفارد'],
    text: [
      'An orchestra of sixty and three voices of the Gulf, two hours without a break. Doors open an hour before; coffee and dates in the foyer.',
      'Un orchestre de soixante musiciens et trois voix du Golfe, deux heures sans entracte. Ouverture une heure avant ; café et dattes au foyer.',
      'أوركسترا من ستين عازفًا وثلاثة أصوات خليجية، ساعتان بلا استراحة. تفتح الأبواب قبل ساعة، والقهوة والتمر في البهو.',
    ],
    category: 'concert',
    glyph: 'musical-notes',
    hue: 275,
    days: [19],
    hour: 20,
    hours: 2,
    seated: true,
    tiers: lenient,
    types: [
      {
        key: 'seat',
        name: ['Numbered seat', 'Place numérotée', 'مقعد مرقّم'],
        riyals: 150,
        categories: { diamond: 950, gold: 450, silver: 150 },
        max: 8,
      },
    ],
    quotas: [{ name: 'Hall', size: 572, types: ['seat'] }],
  },
  {
    handle: 'diriyah-street-race',
    vendor: 'diriyah-nights',
    venue: 'diriyah-circuit',
    title: ['Diriyah Street Race: Day Pass', 'Course urbaine de Diriyah : pass journée', 'سباق شوارع الدرعية: تذكرة يوم'],
    text: [
      'Practice, qualifying and the race under the floodlights of the old town. VIP guests watch from the terrace above the pit lane.',
      'Essais, qualifications et course sous les projecteurs de la vieille ville. Les invités VIP regardent de la terrasse au-dessus des stands.',
      'التجارب والتأهيل والسباق تحت أضواء البلدة القديمة. يشاهد ضيوف كبار الشخصيات من الشرفة فوق ممر الصيانة.',
    ],
    category: 'sport',
    glyph: 'automobile',
    hue: 8,
    days: [33],
    hour: 15,
    hours: 7,
    tiers: lenient,
    types: [
      { key: 'day', name: ['Day pass', 'Pass journée', 'تذكرة يوم'], riyals: 295 },
      {
        key: 'vip',
        name: ['VIP terrace', 'Terrasse VIP', 'شرفة كبار الشخصيات'],
        text: [
          'Terrace, buffet and a walk through the pit lane',
          'Terrasse, buffet et visite des stands',
          'شرفة وبوفيه وجولة في ممر الصيانة',
        ],
        riyals: 1450,
        max: 4,
      },
    ],
    // a VIP is one of the five hundred
    quotas: [
      { name: 'Total', size: 500, types: ['day', 'vip'] },
      { name: 'VIP', size: 100, types: ['vip'] },
    ],
  },
  {
    handle: 'family-science-day',
    vendor: 'library-yard',
    venue: 'king-salman-library',
    title: ['Family Science Day', 'Journée de la science en famille', 'يوم العلوم العائلي'],
    text: [
      'Microscopes, rockets of paper and a planetarium in the reading room. Free; everybody needs a ticket, children too.',
      'Microscopes, fusées de papier et planétarium dans la salle de lecture. Gratuit ; chacun a besoin d’un billet, les enfants aussi.',
      'مجاهر وصواريخ ورقية وقبة فلكية في قاعة القراءة. الدخول مجاني، ولكل زائر تذكرة حتى الأطفال.',
    ],
    category: 'family',
    glyph: 'milky-way',
    hue: 225,
    days: [12],
    hour: 10,
    hours: 6,
    gender: 'families',
    tiers: lenient,
    types: [{ key: 'entry', name: ['Entry', 'Entrée', 'دخول'], riyals: 0, max: 8 }],
    quotas: [{ name: 'Visitors', size: 200, types: ['entry'] }],
  },
  {
    handle: 'tech-summit-kafd',
    vendor: 'kafd-events',
    venue: 'kafd-conference',
    title: ['Tech Summit KAFD', 'Sommet Tech KAFD', 'قمة التقنية في كافد'],
    text: [
      'Forty talks on three stages, from chips to city data. The workshop on building agents has thirty chairs and needs a summit ticket.',
      'Quarante conférences sur trois scènes, des puces aux données de la ville. L’atelier sur les agents compte trente chaises et demande un billet du sommet.',
      'أربعون محاضرة على ثلاثة مسارح، من الرقائق إلى بيانات المدينة. ورشة بناء الوكلاء فيها ثلاثون مقعدًا وتتطلب تذكرة القمة.',
    ],
    category: 'conference',
    glyph: 'laptop',
    hue: 200,
    days: [47],
    hour: 9,
    hours: 9,
    tiers: lenient,
    types: [
      { key: 'summit', name: ['Summit', 'Sommet', 'القمة'], riyals: 600, tiers: [{ riyals: 400, quantity: 50 }], names: true },
      {
        key: 'workshop',
        name: ['Workshop: building agents', 'Atelier : créer des agents', 'ورشة: بناء الوكلاء'],
        kind: 'add_on',
        riyals: 250,
        parents: ['summit'],
        max: 2,
      },
    ],
    quotas: [
      { name: 'Summit', size: 900, types: ['summit'] },
      { name: 'Workshop', size: 30, types: ['workshop'] },
    ],
    vouchers: [{ code: 'FRIENDS10', effect: 'percent', value: 1000, uses: 100 }],
  },
  {
    handle: 'football-fan-zone',
    vendor: 'diriyah-nights',
    venue: 'fan-zone-malqa',
    title: ['Football Watch Party', 'Soirée foot en fan zone', 'أمسية كرة القدم'],
    text: [
      'The derby on a screen of two hundred square metres, drums included. Four match nights; pick yours.',
      'Le derby sur un écran de deux cents mètres carrés, tambours compris. Quatre soirées ; choisissez la vôtre.',
      'الديربي على شاشة بمئتي متر مربع، والطبول حاضرة. أربع أمسيات فاختر ليلتك.',
    ],
    category: 'sport',
    glyph: 'soccer-ball',
    hue: 110,
    days: [9, 16, 23, 30],
    hour: 19,
    hours: 4,
    tiers: lenient,
    types: [
      { key: 'stand', name: ['Standing', 'Debout', 'وقوف'], riyals: 45 },
      { key: 'table', name: ['Table place', 'Place à table', 'مقعد على طاولة'], riyals: 95, max: 8 },
    ],
    quotas: [
      { name: 'Standing', size: 900, types: ['stand'] },
      { name: 'Tables', size: 300, types: ['table'] },
    ],
  },
  {
    handle: 'womens-pottery-evening',
    vendor: 'library-yard',
    venue: 'clay-house',
    title: ['Women’s Pottery Evening', 'Soirée poterie entre femmes', 'أمسية فخار للنساء'],
    text: [
      'Three hours at the wheel with Maha, tea and a glaze of your choice. Your bowl is fired and ready a week later. Women only.',
      'Trois heures au tour avec Maha, du thé et un émail au choix. Votre bol est cuit et prêt une semaine plus tard. Réservé aux femmes.',
      'ثلاث ساعات على العجلة مع مها، مع الشاي وطلاء من اختيارك. يُحرق وعاؤك ويجهز بعد أسبوع. للنساء فقط.',
    ],
    category: 'workshop',
    glyph: 'artist-palette',
    hue: 330,
    days: [6],
    hour: 18,
    hours: 3,
    gender: 'women',
    ageMin: 14,
    tiers: lenient,
    types: [{ key: 'wheel', name: ['Place at a wheel', 'Place au tour', 'مكان على عجلة'], riyals: 220, max: 4 }],
    quotas: [{ name: 'Wheels', size: 16, types: ['wheel'] }],
    // a club has booked most of the evening: few are left, and a waiting list is near
    vouchers: [{ code: 'CLAY-CLUB', effect: 'none', value: 0, uses: 12, type: 'wheel', blocks: true }],
  },
]

/** Hall of the concert: 572 seats in three categories around the stage. */
export const hall: SeatLayout = {
  width: 40,
  height: 34,
  stage: { x: 12, y: 0, width: 16, height: 3, label: 'Stage' },
  categories: [
    { code: 'diamond', name: { en: 'Diamond', fr: 'Diamant', ar: 'الماسي' }, colour: '#7c3aed' },
    { code: 'gold', name: { en: 'Gold', fr: 'Or', ar: 'ذهبي' }, colour: '#b45309' },
    { code: 'silver', name: { en: 'Silver', fr: 'Argent', ar: 'فضي' }, colour: '#475569' },
  ],
  sections: [
    section('A', ['Front', 'Avant', 'الأمام'], 5, 4, 20, 'diamond', 10.5),
    section('B', ['Middle', 'Milieu', 'الوسط'], 11, 8, 24, 'gold', 8.5),
    section('C', ['Balcony', 'Balcon', 'الشرفة'], 21, 10, 30, 'silver', 5.5),
  ],
}

function section(
  code: string,
  [en, fr, ar]: Text,
  y: number,
  rows: number,
  seats: number,
  category: string,
  x: number,
): SeatLayout['sections'][number] {
  return {
    code,
    name: { en, fr, ar },
    x,
    y,
    rotation: 0,
    rows: Array.from({ length: rows }, (_, index) => ({
      label: String(index + 1),
      x: 0,
      y: index,
      pitch: 1,
      curve: 0.6,
      first: 1,
      count: seats,
      category,
    })),
  }
}
