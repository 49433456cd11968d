import type { Text } from './text.ts'

interface SeedAttribute {
  code: string
  name: Text
  type: 'choice' | 'number' | 'text' | 'boolean'
  unit?: string
  choices?: Record<string, Text>
  facet?: boolean
}

export interface SeedCategory {
  handle: string
  name: Text
  text: Text
  glyph: string
  /** Degrees of the colour wheel: the ground of its pictures. */
  hue: number
  attributes?: SeedAttribute[]
  children: [handle: string, name: Text][]
}

const material: SeedAttribute = {
  code: 'material',
  name: ['Material', 'Matière', 'الخامة'],
  type: 'choice',
  facet: true,
  choices: {
    cotton: ['Cotton', 'Coton', 'قطن'],
    linen: ['Linen', 'Lin', 'كتان'],
    wool: ['Wool', 'Laine', 'صوف'],
    crepe: ['Crepe', 'Crêpe', 'كريب'],
    leather: ['Leather', 'Cuir', 'جلد طبيعي'],
    brass: ['Brass', 'Laiton', 'نحاس'],
    clay: ['Clay', 'Argile', 'فخار'],
    steel: ['Stainless steel', 'Acier inoxydable', 'ستانلس ستيل'],
    wood: ['Wood', 'Bois', 'خشب'],
  },
}
const origin: SeedAttribute = {
  code: 'region',
  name: ['Region', 'Région', 'المنطقة'],
  type: 'choice',
  facet: true,
  choices: {
    qassim: ['Qassim', 'Qassim', 'القصيم'],
    madinah: ['Madinah', 'Médine', 'المدينة المنورة'],
    alahsa: ['Al Ahsa', 'Al-Hassa', 'الأحساء'],
    jazan: ['Jazan', 'Jazan', 'جازان'],
    taif: ['Taif', 'Taëf', 'الطائف'],
    asir: ['Asir', 'Asir', 'عسير'],
  },
}

/** Twelve categories with forty-two children. */
export const categories: SeedCategory[] = [
  {
    handle: 'fashion',
    name: ['Fashion', 'Mode', 'الأزياء'],
    text: [
      'Thobes, abayas and shoes for every day and for Eid.',
      'Thobes, abayas et chaussures pour tous les jours et pour l’Aïd.',
      'ثياب وعبايات وأحذية لكل يوم وللعيد.',
    ],
    glyph: 'thobe',
    hue: 285,
    attributes: [material],
    children: [
      ['thobes', ['Thobes', 'Thobes', 'ثياب رجالية']],
      ['abayas', ['Abayas', 'Abayas', 'عبايات']],
      ['shemaghs', ['Shemaghs and ghutras', 'Keffiehs et ghutras', 'أشمغة وغتر']],
      ['sandals', ['Sandals and shoes', 'Sandales et chaussures', 'نعال وأحذية']],
    ],
  },
  {
    handle: 'perfume-oud',
    name: ['Perfume and oud', 'Parfums et oud', 'العطور والعود'],
    text: ['Oud, incense and perfumes blended in Riyadh.', 'Oud, encens et parfums composés à Riyad.', 'عود وبخور وعطور مركّبة في الرياض.'],
    glyph: 'lotion-bottle',
    hue: 330,
    children: [
      ['oud', ['Oud wood', 'Bois d’oud', 'عود']],
      ['bakhoor', ['Incense', 'Encens', 'بخور']],
      ['perfumes', ['Perfumes', 'Parfums', 'عطور']],
      ['burners', ['Incense burners', 'Brûle-encens', 'مباخر']],
    ],
  },
  {
    handle: 'dates-sweets',
    name: ['Dates and sweets', 'Dattes et douceurs', 'التمور والحلويات'],
    text: [
      'Dates straight from the farms, honey and maamoul.',
      'Dattes venues droit des palmeraies, miel et maamoul.',
      'تمور من المزارع مباشرة وعسل ومعمول.',
    ],
    glyph: 'dates',
    hue: 45,
    attributes: [origin],
    children: [
      ['dates', ['Dates', 'Dattes', 'تمور']],
      ['date-gifts', ['Gift boxes', 'Coffrets cadeaux', 'علب هدايا']],
      ['maamoul', ['Maamoul and sweets', 'Maamoul et gâteaux', 'معمول وحلويات']],
      ['honey', ['Honey', 'Miel', 'عسل']],
    ],
  },
  {
    handle: 'coffee-tea',
    name: ['Coffee and tea', 'Café et thé', 'القهوة والشاي'],
    text: [
      'Saudi coffee with cardamom, fresh roasts and everything to serve them.',
      'Café saoudien à la cardamome, torréfactions fraîches et de quoi les servir.',
      'قهوة سعودية بالهيل ومحاصيل محمصة طازجة وكل ما يلزم لتقديمها.',
    ],
    glyph: 'dallah',
    hue: 28,
    attributes: [
      {
        code: 'roast',
        name: ['Roast', 'Torréfaction', 'التحميص'],
        type: 'choice',
        facet: true,
        choices: { blond: ['Blond', 'Blonde', 'شقراء'], medium: ['Medium', 'Moyenne', 'وسط'], dark: ['Dark', 'Foncée', 'غامقة'] },
      },
      origin,
      material,
    ],
    children: [
      ['saudi-coffee', ['Saudi coffee', 'Café saoudien', 'قهوة سعودية']],
      ['specialty-coffee', ['Specialty coffee', 'Café de spécialité', 'قهوة مختصة']],
      ['tea', ['Tea', 'Thé', 'شاي']],
      ['coffee-ware', ['Pots and cups', 'Cafetières et tasses', 'دلال وفناجين']],
    ],
  },
  {
    handle: 'electronics',
    name: ['Electronics', 'Électronique', 'الإلكترونيات'],
    text: [
      'Phones, sound and cameras, checked and with a warranty.',
      'Téléphones, son et appareils photo, contrôlés et garantis.',
      'جوالات وصوتيات وكاميرات مفحوصة وبضمان.',
    ],
    glyph: 'mobile-phone',
    hue: 225,
    attributes: [
      {
        code: 'condition',
        name: ['Condition', 'État', 'الحالة'],
        type: 'choice',
        facet: true,
        choices: { new: ['New', 'Neuf', 'جديد'], refurbished: ['Refurbished', 'Reconditionné', 'مجدّد'] },
      },
      { code: 'warranty', name: ['Warranty', 'Garantie', 'الضمان'], type: 'number', unit: 'm' },
    ],
    children: [
      ['phones', ['Phones', 'Téléphones', 'جوالات']],
      ['audio', ['Audio', 'Audio', 'سماعات وصوتيات']],
      ['computers', ['Computers', 'Ordinateurs', 'حواسيب']],
      ['cameras', ['Cameras', 'Appareils photo', 'كاميرات']],
    ],
  },
  {
    handle: 'home-kitchen',
    name: ['Home and kitchen', 'Maison et cuisine', 'المنزل والمطبخ'],
    text: ['For the kitchen, the table and the majlis.', 'Pour la cuisine, la table et le majlis.', 'للمطبخ والسفرة والمجلس.'],
    glyph: 'pot-of-food',
    hue: 60,
    attributes: [material],
    children: [
      ['cookware', ['Cookware', 'Ustensiles de cuisson', 'أواني الطبخ']],
      ['tableware', ['Tableware', 'Art de la table', 'أدوات المائدة']],
      ['decor', ['Decoration', 'Décoration', 'ديكور']],
    ],
  },
  {
    handle: 'camping',
    name: ['Camping and desert', 'Camping et désert', 'الرحلات والبر'],
    text: [
      'Tents, chairs and grills for winter nights in the desert.',
      'Tentes, sièges et barbecues pour les nuits d’hiver au désert.',
      'خيام وكراسي وشوايات لليالي الشتاء في البر.',
    ],
    glyph: 'camping',
    hue: 145,
    attributes: [{ code: 'persons', name: ['Persons', 'Personnes', 'عدد الأشخاص'], type: 'number', facet: true }],
    children: [
      ['tents', ['Tents', 'Tentes', 'خيام']],
      ['camp-furniture', ['Camp furniture', 'Mobilier de camp', 'أثاث الرحلات']],
      ['grills', ['Grills and fire', 'Barbecues et feu', 'شوايات ومواقد']],
    ],
  },
  {
    handle: 'sports',
    name: ['Sports', 'Sport', 'الرياضة'],
    text: ['Football on Thursday, cycling on Friday.', 'Football le jeudi, vélo le vendredi.', 'كرة يوم الخميس ودراجة يوم الجمعة.'],
    glyph: 'soccer-ball',
    hue: 165,
    children: [
      ['team-sports', ['Team sports', 'Sports collectifs', 'ألعاب جماعية']],
      ['fitness-gear', ['Fitness', 'Fitness', 'لياقة']],
      ['cycling', ['Cycling', 'Vélo', 'دراجات']],
    ],
  },
  {
    handle: 'beauty-care',
    name: ['Beauty and care', 'Beauté et soins', 'الجمال والعناية'],
    text: [
      'Beard, hair and skin, by barbers who use it themselves.',
      'Barbe, cheveux et peau, par des barbiers qui s’en servent.',
      'للحية والشعر والبشرة من حلاقين يستخدمونها بأنفسهم.',
    ],
    glyph: 'barber-pole',
    hue: 200,
    children: [
      ['shaving', ['Beard and shaving', 'Barbe et rasage', 'اللحية والحلاقة']],
      ['hair-care', ['Hair', 'Cheveux', 'العناية بالشعر']],
      ['skin-care', ['Skin', 'Peau', 'العناية بالبشرة']],
    ],
  },
  {
    handle: 'books-art',
    name: ['Books and art', 'Livres et art', 'الكتب والفنون'],
    text: [
      'Books, ink and prints from the Calligraphy Academy.',
      'Livres, encres et estampes de l’Académie de calligraphie.',
      'كتب وأحبار ولوحات من أكاديمية الخط.',
    ],
    glyph: 'books',
    hue: 255,
    children: [
      ['books', ['Books', 'Livres', 'كتب']],
      ['calligraphy-tools', ['Calligraphy tools', 'Outils de calligraphie', 'أدوات الخط']],
      ['art-prints', ['Art prints', 'Estampes', 'لوحات فنية']],
    ],
  },
  {
    handle: 'courses',
    name: ['Courses', 'Cours', 'الدورات'],
    text: [
      'Learn a craft: on site in Riyadh or on video.',
      'Apprendre un art : sur place à Riyad ou en vidéo.',
      'تعلّم حرفة حضوريًا في الرياض أو بالفيديو.',
    ],
    glyph: 'graduation-cap',
    hue: 310,
    attributes: [
      {
        code: 'level',
        name: ['Level', 'Niveau', 'المستوى'],
        type: 'choice',
        facet: true,
        choices: {
          beginner: ['Beginner', 'Débutant', 'مبتدئ'],
          intermediate: ['Intermediate', 'Intermédiaire', 'متوسط'],
          advanced: ['Advanced', 'Avancé', 'متقدم'],
        },
      },
    ],
    children: [
      ['calligraphy-courses', ['Calligraphy', 'Calligraphie', 'الخط العربي']],
      ['craft-courses', ['Crafts', 'Artisanat', 'الحرف اليدوية']],
      ['video-courses', ['Video courses', 'Cours vidéo', 'دورات مسجلة']],
    ],
  },
  {
    handle: 'pets',
    name: ['Pets', 'Animaux', 'الحيوانات الأليفة'],
    text: [
      'Food, toys and care for the family’s smaller members.',
      'Nourriture, jouets et soins pour les petits de la famille.',
      'طعام وألعاب وعناية لأصغر أفراد العائلة.',
    ],
    glyph: 'paw-prints',
    hue: 95,
    children: [
      ['cats', ['Cats', 'Chats', 'قطط']],
      ['dogs', ['Dogs', 'Chiens', 'كلاب']],
      ['birds', ['Birds', 'Oiseaux', 'طيور']],
      ['fish', ['Fish', 'Poissons', 'أسماك']],
    ],
  },
]
