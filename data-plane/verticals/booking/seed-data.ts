import type { CancellationTier, IntakeQuestion } from './contract.ts'

/** English, French, Arabic. */
export type Text = readonly [en: string, fr: string, ar: string]

export interface SeedVendor {
  handle: string
  name: Text
  tagline: Text
  text: Text
  legalName: string
  kind: 'individual' | 'company'
  crNo: string | null
  vatNo: string | null
  owner: string
  glyph: string
  hue: number
}

export interface SeedProvider {
  key: string
  name: Text
  kind?: 'person' | 'room' | 'equipment'
  gender?: 'female' | 'male'
  /** Weekdays (1 = Monday) and hours, minutes of the day. */
  week: readonly (readonly [weekdays: readonly number[], start: number, end: number])[]
  verified?: boolean
}

export interface SeedOffering {
  handle: string
  vendor: string
  name: Text
  summary: Text
  text: Text
  category: string
  glyph: string
  hue: number
  minutes: number
  options?: number[]
  riyals: number
  providers: SeedProvider[]
  address: Text | null
  lat: number | null
  lng: number | null
  /** Columns that differ from the defaults. */
  columns: Record<string, unknown>
  resources?: readonly { kind: string; quantity: number }[]
  questions?: IntakeQuestion[]
  tiers: CancellationTier[]
}

const saturdayToThursday = [6, 7, 1, 2, 3, 4]
const everyDay = [1, 2, 3, 4, 5, 6, 7]
const sundayToThursday = [7, 1, 2, 3, 4]
const hour = (time: number): number => time * 60

export const strict: CancellationTier[] = [
  { hours_before: 48, refund_bps: 10_000 },
  { hours_before: 24, refund_bps: 5000 },
  { hours_before: 0, refund_bps: 0 },
]
const easy: CancellationTier[] = [
  { hours_before: 4, refund_bps: 10_000 },
  { hours_before: 0, refund_bps: 5000 },
]

/** The barber shop is one of the city's first vendors; these come with this vertical. */
export const vendors: SeedVendor[] = [
  {
    handle: 'salon-olaya',
    name: ["Ladies' Salon Olaya", 'Salon pour dames Olaya', 'صالون العليا للسيدات'],
    tagline: [
      'Brides, hands and hair behind closed doors',
      'Mariées, mains et cheveux, à l’abri des regards',
      'عرائس وأيدٍ وشعر في خصوصية تامة',
    ],
    text: [
      'A ladies-only house on Olaya Street with its own entrance, eight chairs and a room for brides and their mothers.',
      'Maison réservée aux dames, rue Olaya, avec entrée séparée, huit fauteuils et un salon pour la mariée et sa mère.',
      'بيت للسيدات فقط في شارع العليا بمدخل خاص وثمانية كراسٍ وغرفة للعروس ووالدتها.',
    ],
    legalName: 'Olaya Beauty Est.',
    kind: 'company',
    crNo: '1010456701',
    vatNo: '310456700100003',
    owner: 'Haifa Al Shammari',
    glyph: 'lotion-bottle',
    hue: 330,
  },
  {
    handle: 'al-yasmin-cooling',
    name: ['Al Yasmin Cooling', 'Climatisation Al Yasmin', 'تكييف الياسمين'],
    tagline: ['Cold air before the guests arrive', 'De l’air frais avant les invités', 'هواء بارد قبل وصول الضيوف'],
    text: [
      'Two vans and four technicians who clean, fill and repair air conditioners in the north of Riyadh.',
      'Deux camionnettes et quatre techniciens qui nettoient, rechargent et réparent les climatiseurs du nord de Riyad.',
      'سيارتان وأربعة فنيين ينظفون المكيفات ويعبئونها ويصلحونها في شمال الرياض.',
    ],
    legalName: 'Al Yasmin Cooling Services Est.',
    kind: 'company',
    crNo: '1010456702',
    vatNo: '310456700200003',
    owner: 'Majed Al Harbi',
    glyph: 'snowflake',
    hue: 200,
  },
  {
    handle: 'padel-diriyah',
    name: ['Padel Diriyah', 'Padel Diriyah', 'بادل الدرعية'],
    tagline: ['Three courts among the palms', 'Trois courts parmi les palmiers', 'ثلاثة ملاعب بين النخيل'],
    text: [
      'Three floodlit padel courts beside the wadi, open until after midnight, rackets at the desk.',
      'Trois courts de padel éclairés au bord du wadi, ouverts après minuit, raquettes à l’accueil.',
      'ثلاثة ملاعب بادل مضاءة بجانب الوادي، مفتوحة إلى ما بعد منتصف الليل، والمضارب متوفرة.',
    ],
    legalName: 'Diriyah Sport Co.',
    kind: 'company',
    crNo: '1010456703',
    vatNo: '310456700300003',
    owner: 'Turki Al Saud',
    glyph: 'trophy',
    hue: 90,
  },
  {
    handle: 'noor-tutors',
    name: ['Noor Tutors', 'Professeurs Noor', 'معلمو نور'],
    tagline: ['Small circles, patient teachers', 'Petits cercles, professeurs patients', 'حلقات صغيرة ومعلمون صابرون'],
    text: [
      'Certified Quran teachers who teach small groups online, six seats at most, recitation and memorisation.',
      'Professeurs de Coran certifiés : petits groupes en ligne, six places au plus, récitation et mémorisation.',
      'معلمو قرآن مجازون يعلّمون مجموعات صغيرة عبر الإنترنت، ستة مقاعد على الأكثر، تلاوة وحفظًا.',
    ],
    legalName: 'Noor Al Huda Teaching',
    kind: 'individual',
    crNo: null,
    vatNo: null,
    owner: 'Abdullah Al Ghamdi',
    glyph: 'open-book',
    hue: 150,
  },
  {
    handle: 'kafd-studio',
    name: ['KAFD Studio', 'Studio KAFD', 'استوديو كافد'],
    tagline: ['North light on the nineteenth floor', 'Lumière du nord au dix-neuvième étage', 'ضوء شمالي في الدور التاسع عشر'],
    text: [
      'A photography studio with a cyclorama, a make-up mirror and an assistant who knows where everything is.',
      'Studio photo avec cyclorama, miroir de maquillage et une assistante qui sait où tout se trouve.',
      'استوديو تصوير بخلفية سايكلوراما ومرآة مكياج ومساعدة تعرف مكان كل شيء.',
    ],
    legalName: 'KAFD Visual Arts Co.',
    kind: 'company',
    crNo: '1010456705',
    vatNo: '310456700500003',
    owner: 'Lina Al Zahrani',
    glyph: 'camera-with-flash',
    hue: 270,
  },
]

export const offerings: SeedOffering[] = [
  {
    handle: 'haircut-al-nakheel',
    vendor: 'barber-al-nakheel',
    name: ['Haircut', 'Coupe de cheveux', 'قصة شعر'],
    summary: [
      'Scissors or machine, hot towel included',
      'Ciseaux ou tondeuse, serviette chaude comprise',
      'مقص أو مكينة مع المنشفة الساخنة',
    ],
    text: [
      'Half an hour in one of three chairs. You get the barber whose turn it is, so nobody waits.',
      'Une demi-heure dans l’un des trois fauteuils, avec le barbier dont c’est le tour : personne n’attend.',
      'نصف ساعة على أحد الكراسي الثلاثة مع الحلاق الذي حان دوره، فلا ينتظر أحد.',
    ],
    category: 'hair',
    glyph: 'scissors',
    hue: 25,
    minutes: 30,
    riyals: 60,
    providers: [
      {
        key: 'barber-salem',
        name: ['Salem', 'Salem', 'سالم'],
        gender: 'male',
        verified: true,
        week: [
          [saturdayToThursday, hour(10), hour(13)],
          [saturdayToThursday, hour(16), hour(23)],
          [[5], hour(16), hour(23)],
        ],
      },
      {
        key: 'barber-yusuf',
        name: ['Yusuf', 'Youssouf', 'يوسف'],
        gender: 'male',
        verified: true,
        week: [
          [saturdayToThursday, hour(10), hour(13)],
          [saturdayToThursday, hour(16), hour(23)],
        ],
      },
      { key: 'barber-imran', name: ['Imran', 'Imran', 'عمران'], gender: 'male', week: [[everyDay, hour(16), hour(23)]] },
    ],
    address: [
      'Uthman bin Affan Road, Al Nakheel, Riyadh',
      'Route Uthman bin Affan, Al Nakheel, Riyad',
      'طريق عثمان بن عفان، حي النخيل، الرياض',
    ],
    lat: 24.7552,
    lng: 46.6383,
    columns: {
      slot_interval_min: 30,
      lead_time_min: 30,
      horizon_days: 30,
      assignment: 'round_robin',
      max_active_per_customer: 3,
      no_show_fee_bps: 5000,
    },
    tiers: easy,
  },
  {
    handle: 'bridal-package-olaya',
    vendor: 'salon-olaya',
    name: ['Bridal package', 'Forfait mariée', 'باقة العروس'],
    summary: [
      'Stylist and make-up artist together, three hours',
      'Coiffeuse et maquilleuse ensemble, trois heures',
      'مصففة وخبيرة مكياج معًا لمدة ثلاث ساعات',
    ],
    text: [
      'Hair and make-up for the day itself, both artists with you the whole time, and a rehearsal look on paper before.',
      'Coiffure et maquillage du grand jour, les deux artistes à vos côtés, avec un croquis d’essai avant de commencer.',
      'شعر ومكياج ليوم الزفاف، والخبيرتان معك طوال الوقت، مع رسم تجريبي قبل البدء.',
    ],
    category: 'beauty',
    glyph: 'sparkles',
    hue: 335,
    minutes: 180,
    riyals: 900,
    providers: [
      {
        key: 'stylist-huda',
        name: ['Huda, stylist', 'Houda, coiffeuse', 'هدى، مصففة شعر'],
        gender: 'female',
        verified: true,
        week: [[everyDay, hour(9), hour(21)]],
      },
      {
        key: 'makeup-rana',
        name: ['Rana, make-up', 'Rana, maquilleuse', 'رنا، خبيرة مكياج'],
        gender: 'female',
        verified: true,
        week: [[saturdayToThursday, hour(9), hour(21)]],
      },
    ],
    address: ['Olaya Street, Riyadh', 'Rue Olaya, Riyad', 'شارع العليا، الرياض'],
    lat: 24.6949,
    lng: 46.6853,
    columns: {
      slot_interval_min: 60,
      lead_time_min: 1440,
      horizon_days: 120,
      assignment: 'collective',
      deposit_bps: 3000,
      no_show_fee_bps: 5000,
      buffer_after_min: 15,
    },
    questions: [
      {
        key: 'skin',
        label: { en: 'Skin type', fr: 'Type de peau', ar: 'نوع البشرة' },
        kind: 'choice',
        required: true,
        choices: [
          { value: 'dry', label: { en: 'Dry', fr: 'Sèche', ar: 'جافة' } },
          { value: 'normal', label: { en: 'Normal', fr: 'Normale', ar: 'عادية' } },
          { value: 'oily', label: { en: 'Oily', fr: 'Grasse', ar: 'دهنية' } },
        ],
      },
      { key: 'allergies', label: { en: 'Allergies', fr: 'Allergies', ar: 'الحساسية' }, kind: 'text', required: false, choices: [] },
    ],
    tiers: strict,
  },
  {
    handle: 'ac-maintenance-home-visit',
    vendor: 'al-yasmin-cooling',
    name: ['AC maintenance at home', 'Entretien de climatiseur à domicile', 'صيانة مكيفات منزلية'],
    summary: ['Cleaning and check of one split unit', 'Nettoyage et contrôle d’une unité', 'تنظيف وفحص وحدة سبليت واحدة'],
    text: [
      'A technician comes to you, takes the filters out, washes the coil and measures the gas. Half an hour of travel is kept free behind every visit.',
      'Un technicien vient chez vous, sort les filtres, lave l’échangeur et mesure le gaz. Une demi-heure de trajet suit chaque visite.',
      'يأتي إليك فني، يخرج الفلاتر ويغسل الملف ويقيس الغاز، ونترك نصف ساعة للطريق بعد كل زيارة.',
    ],
    category: 'home_service',
    glyph: 'snowflake',
    hue: 205,
    minutes: 60,
    options: [120],
    riyals: 180,
    providers: [
      {
        key: 'technician-bilal',
        name: ['Bilal', 'Bilal', 'بلال'],
        gender: 'male',
        verified: true,
        week: [[saturdayToThursday, hour(8), hour(18)]],
      },
      { key: 'technician-hassan', name: ['Hassan', 'Hassan', 'حسن'], gender: 'male', week: [[saturdayToThursday, hour(12), hour(21)]] },
    ],
    address: ['Al Yasmin district, Riyadh', 'Quartier Al Yasmin, Riyad', 'حي الياسمين، الرياض'],
    lat: 24.8206,
    lng: 46.6393,
    columns: {
      location_kind: 'at_customer',
      travel_radius_m: 25_000,
      buffer_after_min: 30,
      lead_time_min: 180,
      slot_interval_min: 60,
      horizon_days: 30,
      assignment: 'round_robin',
    },
    tiers: easy,
  },
  {
    handle: 'padel-court-diriyah',
    vendor: 'padel-diriyah',
    name: ['Padel court', 'Court de padel', 'ملعب بادل'],
    summary: ['Up to four players, 60 or 90 minutes', 'Jusqu’à quatre joueurs, 60 ou 90 minutes', 'حتى أربعة لاعبين، ٦٠ أو ٩٠ دقيقة'],
    text: [
      'Choose your court, bring your shoes; balls are on the house. The lights stay on until one in the morning.',
      'Choisissez votre court, apportez vos chaussures, les balles sont offertes. Éclairage jusqu’à une heure du matin.',
      'اختر ملعبك وأحضر حذاءك والكرات علينا، والإضاءة حتى الواحدة صباحًا.',
    ],
    category: 'sport',
    glyph: 'trophy',
    hue: 95,
    minutes: 60,
    options: [90],
    riyals: 200,
    providers: [
      {
        key: 'court-1',
        name: ['Court 1', 'Court 1', 'ملعب ١'],
        kind: 'room',
        week: [
          [everyDay, hour(14), hour(24)],
          [everyDay, 0, hour(1)],
        ],
      },
      {
        key: 'court-2',
        name: ['Court 2', 'Court 2', 'ملعب ٢'],
        kind: 'room',
        week: [
          [everyDay, hour(14), hour(24)],
          [everyDay, 0, hour(1)],
        ],
      },
      { key: 'court-3', name: ['Court 3', 'Court 3', 'ملعب ٣'], kind: 'room', week: [[[4, 5, 6], hour(16), hour(24)]] },
    ],
    address: ['Wadi Hanifah Road, Diriyah', 'Route du wadi Hanifah, Diriyah', 'طريق وادي حنيفة، الدرعية'],
    lat: 24.7373,
    lng: 46.5755,
    columns: { slot_interval_min: 30, lead_time_min: 30, horizon_days: 21, assignment: 'customer_choice' },
    tiers: easy,
  },
  {
    handle: 'quran-circle-online',
    vendor: 'noor-tutors',
    name: ['Quran circle online', 'Cercle de Coran en ligne', 'حلقة قرآن عبر الإنترنت'],
    summary: ['Six seats, recitation with correction', 'Six places, récitation corrigée', 'ستة مقاعد، تلاوة مع تصحيح'],
    text: [
      'An hour in a small circle: everybody recites, the teacher corrects. Bring a quiet room and headphones.',
      'Une heure en petit cercle : chacun récite, le professeur corrige. Prévoyez un endroit calme et un casque.',
      'ساعة في حلقة صغيرة: يتلو الجميع ويصحح المعلم. تكفيك غرفة هادئة وسماعات.',
    ],
    category: 'lessons',
    glyph: 'open-book',
    hue: 150,
    minutes: 60,
    riyals: 45,
    providers: [
      {
        key: 'tutor-abdullah',
        name: ['Sheikh Abdullah', 'Cheikh Abdallah', 'الشيخ عبد الله'],
        gender: 'male',
        verified: true,
        week: [[sundayToThursday, hour(17), hour(21)]],
      },
    ],
    address: null,
    lat: null,
    lng: null,
    columns: {
      seats: 6,
      location_kind: 'online',
      meeting_url: 'https://meet.noor-tutors.test/circle',
      slot_interval_min: 60,
      lead_time_min: 60,
      horizon_days: 30,
      assignment: 'fixed',
    },
    tiers: strict,
  },
  {
    handle: 'photography-studio-kafd',
    vendor: 'kafd-studio',
    name: ['Studio with assistant', 'Studio avec assistante', 'استوديو مع مساعدة'],
    summary: ['Two hours, light and backdrop set up', 'Deux heures, lumière et fond installés', 'ساعتان مع تجهيز الإضاءة والخلفية'],
    text: [
      'Tell us what you want to shoot; we look at the calendar and answer within twelve hours. Nothing is charged before.',
      'Dites-nous ce que vous photographiez ; nous répondons sous douze heures. Rien n’est débité avant.',
      'أخبرنا بما تريد تصويره ونجيبك خلال اثنتي عشرة ساعة، ولا يُخصم شيء قبل ذلك.',
    ],
    category: 'photography',
    glyph: 'camera-with-flash',
    hue: 270,
    minutes: 120,
    options: [240],
    riyals: 650,
    providers: [
      {
        key: 'assistant-lina',
        name: ['Lina, assistant', 'Lina, assistante', 'لينا، مساعدة'],
        gender: 'female',
        week: [[sundayToThursday, hour(9), hour(20)]],
      },
      { key: 'studio-room', name: ['Studio 19', 'Studio 19', 'استوديو ١٩'], kind: 'room', week: [[everyDay, hour(8), hour(23)]] },
    ],
    address: [
      'King Abdullah Financial District, Riyadh',
      'Quartier financier du roi Abdallah, Riyad',
      'مركز الملك عبد الله المالي، الرياض',
    ],
    lat: 24.7628,
    lng: 46.6405,
    columns: {
      requires_confirmation: true,
      confirmation_deadline_min: 720,
      lead_time_min: 1440,
      slot_interval_min: 60,
      horizon_days: 60,
      assignment: 'round_robin',
      buffer_before_min: 30,
      buffer_after_min: 30,
    },
    resources: [{ kind: 'room', quantity: 1 }],
    questions: [
      {
        key: 'subject',
        label: { en: 'What will you shoot?', fr: 'Que photographiez-vous ?', ar: 'ماذا ستصوّر؟' },
        kind: 'long_text',
        required: true,
        choices: [],
      },
    ],
    tiers: strict,
  },
]
