/** The named examples of docs/spec/restaurant.md. Prices are riyals; texts English, French, Arabic. */
export type Text = readonly [en: string, fr: string, ar: string]

export interface SeedOption {
  name: Text
  price?: number
  isDefault?: boolean
  /** Key of the group it opens. */
  opens?: string
}

export interface SeedGroup {
  key: string
  name: Text
  min: number
  max: number
  free?: number
  options: SeedOption[]
}

export interface SeedDish {
  key: string
  name: Text
  text: Text
  price: number
  glyph: string
  points?: number
  kcal?: number
  allergens?: string[]
  tags?: string[]
  mealtime?: string
  groups?: string[]
  daily?: number
  most?: number
}

export interface SeedRestaurant {
  handle: string
  name: Text
  tagline: Text
  text: Text
  legalName: string
  crNo: string
  vatNo: string
  licence: string
  owner: string
  glyph: string
  hue: number
  cuisines: string[]
  tags: string[]
  place: [lat: number, lng: number]
  address: string
  phone: string
  services: ('delivery' | 'pickup' | 'dine_in')[]
  prep: number
  /** Weekdays (0 = Sunday) with opening and closing; the same for every service. */
  week: [weekdays: number[], opens: string, closes: string][]
  caps: { delivery: number; pickup: number; dine_in: number }
  points: number
  /** Reach in metres, fee, minimum order and free-over, riyals. */
  areas?: { name: Text; reach: number; fee: number; minimum: number; freeOver?: number }[]
  tables?: { name: string; area: Text; seats: [number, number]; join?: string }[]
  partyMax?: number
  deposit?: number
  mealtimes?: { key: string; name: Text; from: string; to: string }[]
  exceptions?: { from: string; to: string; kind: 'closed' | 'hours'; opens: string; closes: string; reason: string }[]
  categories: { name: Text; dishes: SeedDish[] }[]
  groups?: SeedGroup[]
}

const everyDay = [0, 1, 2, 3, 4, 5, 6]
const hall: Text = ['Main hall', 'Grande salle', 'الصالة الرئيسية']
const family: Text = ['Family section', 'Espace familles', 'قسم العائلات']
const near: Text = ['Nearby', 'À proximité', 'قريب']
const further: Text = ['Further out', 'Plus loin', 'أبعد قليلًا']

export const restaurants: SeedRestaurant[] = [
  {
    handle: 'najd-courtyard',
    name: ['Najd Courtyard', 'La Cour du Najd', 'فناء نجد'],
    tagline: [
      'Kabsa from the courtyard of an old Riyadh house',
      'Kabsa dans la cour d’une vieille maison de Riyad',
      'كبسة من فناء بيت رياضي قديم',
    ],
    text: [
      'Rice and lamb as they are cooked in Al Deerah, coffee from the roaster next door, and breakfast until eleven.',
      'Riz et agneau comme à Al Deerah, café du torréfacteur d’à côté, et petit-déjeuner jusqu’à onze heures.',
      'رز ولحم كما يُطبخ في الديرة، وقهوة من المحمصة المجاورة، وفطور حتى الحادية عشرة.',
    ],
    legalName: 'Najd Courtyard Trading Est.',
    crNo: '1010234501',
    vatNo: '310234567800003',
    licence: 'RUH-F-20311',
    owner: 'Nasser Al Otaibi',
    glyph: 'pot-of-food',
    hue: 36,
    cuisines: ['saudi', 'breakfast'],
    tags: ['gluten_free'],
    place: [24.6312, 46.7136],
    address: 'Al Thumairi Street, Al Deerah, Riyadh',
    phone: '+966112345601',
    services: ['delivery', 'pickup', 'dine_in'],
    prep: 25,
    week: [[everyDay, '07:00', '01:00']],
    caps: { delivery: 8, pickup: 8, dine_in: 12 },
    points: 36,
    areas: [
      { name: near, reach: 7000, fee: 10, minimum: 25, freeOver: 120 },
      { name: further, reach: 14_000, fee: 18, minimum: 60 },
    ],
    tables: [
      { name: 'C1', area: hall, seats: [1, 2] },
      { name: 'C2', area: hall, seats: [1, 2] },
      { name: 'C3', area: hall, seats: [2, 4], join: 'courtyard' },
      { name: 'C4', area: hall, seats: [2, 4], join: 'courtyard' },
      { name: 'F1', area: family, seats: [3, 6] },
      { name: 'F2', area: family, seats: [4, 8] },
    ],
    partyMax: 8,
    mealtimes: [{ key: 'breakfast', name: ['Breakfast', 'Petit-déjeuner', 'الفطور'], from: '07:00', to: '11:00' }],
    groups: [
      {
        key: 'size',
        name: ['Size', 'Taille', 'الحجم'],
        min: 1,
        max: 1,
        options: [
          { name: ['For one', 'Pour une personne', 'لشخص'], isDefault: true },
          { name: ['For two', 'Pour deux', 'لشخصين'], price: 42 },
          { name: ['Family tray', 'Plateau familial', 'صينية عائلية'], price: 118, opens: 'tray-drink' },
        ],
      },
      {
        key: 'tray-drink',
        name: ['Drink with the tray', 'Boisson avec le plateau', 'مشروب مع الصينية'],
        min: 1,
        max: 1,
        options: [
          { name: ['Laban jug', 'Pichet de laban', 'إبريق لبن'], isDefault: true },
          { name: ['Hibiscus jug', 'Pichet d’hibiscus', 'إبريق كركديه'], price: 6 },
        ],
      },
      {
        key: 'side',
        name: ['On the side', 'Accompagnement', 'إضافات'],
        min: 0,
        max: 4,
        free: 1,
        options: [
          { name: ['Daqoos tomato sauce', 'Sauce tomate daqoos', 'دقوس'], price: 3 },
          { name: ['Yoghurt with cucumber', 'Yaourt au concombre', 'زبادي بالخيار'], price: 4 },
          { name: ['Fried onions and raisins', 'Oignons frits et raisins', 'بصل مقلي وزبيب'], price: 5 },
          { name: ['Extra nuts', 'Noix en plus', 'مكسرات إضافية'], price: 8 },
        ],
      },
    ],
    categories: [
      {
        name: ['From the big pot', 'De la grande marmite', 'من القدر الكبير'],
        dishes: [
          {
            key: 'kabsa-lamb',
            name: ['Kabsa with lamb', 'Kabsa d’agneau', 'كبسة لحم'],
            text: [
              'Shoulder of lamb on long rice with dried lime and cardamom.',
              'Épaule d’agneau, riz long, citron séché, cardamome.',
              'كتف حمل على رز طويل بالليمون الأسود والهيل.',
            ],
            price: 58,
            glyph: 'curry-rice',
            points: 3,
            kcal: 940,
            allergens: ['nuts'],
            tags: ['gluten_free'],
            groups: ['size', 'side'],
          },
          {
            key: 'kabsa-chicken',
            name: ['Kabsa with chicken', 'Kabsa de poulet', 'كبسة دجاج'],
            text: [
              'Half a chicken, the same rice, a little lighter.',
              'Un demi-poulet, le même riz, un peu plus léger.',
              'نصف دجاجة على الرز نفسه، أخف قليلًا.',
            ],
            price: 38,
            glyph: 'poultry-leg',
            points: 2,
            kcal: 780,
            allergens: ['nuts'],
            groups: ['size', 'side'],
          },
          {
            key: 'jareesh',
            name: ['Jareesh', 'Jareesh', 'جريش'],
            text: [
              'Crushed wheat, slow, with fried onions and ghee.',
              'Blé concassé mijoté, oignons frits, beurre clarifié.',
              'قمح مجروش مطبوخ على مهل مع الكشنة والسمن.',
            ],
            price: 24,
            glyph: 'bowl-with-spoon',
            points: 1,
            kcal: 520,
            allergens: ['gluten', 'milk'],
            tags: ['vegetarian'],
          },
          {
            key: 'mandi-hashi',
            name: ['Mandi with young camel', 'Mandi de jeune chameau', 'مندي حاشي'],
            text: [
              'Pit-cooked overnight; there are twenty portions a day.',
              'Cuit toute la nuit au four enterré ; vingt portions par jour.',
              'يُطبخ في التنور طوال الليل، عشرون حصة في اليوم.',
            ],
            price: 72,
            glyph: 'meat-on-bone',
            points: 4,
            kcal: 1010,
            groups: ['side'],
            daily: 20,
            most: 4,
          },
        ],
      },
      {
        name: ['Breakfast', 'Petit-déjeuner', 'الفطور'],
        dishes: [
          {
            key: 'foul',
            name: ['Foul with tamees bread', 'Foul et pain tamis', 'فول مع تميس'],
            text: [
              'Fava beans, cumin, ghee; the bread comes from the oven opposite.',
              'Fèves, cumin, beurre clarifié ; le pain vient du four d’en face.',
              'فول بالكمون والسمن والخبز من الفرن المقابل.',
            ],
            price: 15,
            glyph: 'steaming-bowl',
            kcal: 430,
            allergens: ['gluten', 'milk', 'sesame'],
            tags: ['vegetarian'],
            mealtime: 'breakfast',
          },
          {
            key: 'shakshuka',
            name: ['Shakshuka', 'Chakchouka', 'شكشوكة'],
            text: ['Eggs in tomato and green chilli.', 'Œufs, tomate et piment vert.', 'بيض بالطماطم والفلفل الأخضر.'],
            price: 18,
            glyph: 'cooking',
            kcal: 380,
            allergens: ['egg'],
            tags: ['vegetarian', 'spicy'],
            mealtime: 'breakfast',
          },
        ],
      },
      {
        name: ['Sweets and coffee', 'Douceurs et café', 'حلى وقهوة'],
        dishes: [
          {
            key: 'dallah',
            name: ['Dallah of Saudi coffee', 'Dallah de café saoudien', 'دلة قهوة سعودية'],
            text: [
              'Light roast with cardamom and saffron, for four, with dates.',
              'Torréfaction claire, cardamome et safran, pour quatre, avec dattes.',
              'شقراء بالهيل والزعفران لأربعة مع التمر.',
            ],
            price: 28,
            glyph: 'teapot',
            kcal: 120,
            tags: ['vegan', 'gluten_free'],
          },
          {
            key: 'hanini',
            name: ['Hanini', 'Hanini', 'حنيني'],
            text: ['Dates, brown bread and butter, warm.', 'Dattes, pain complet et beurre, tiède.', 'تمر وقرصان وسمن، دافئ.'],
            price: 19,
            glyph: 'custard',
            kcal: 410,
            allergens: ['gluten', 'milk'],
            tags: ['vegetarian'],
          },
        ],
      },
    ],
  },
  {
    handle: 'olaya-burger-co',
    name: ['Olaya Burger Co', 'Olaya Burger Co', 'عليا برجر'],
    tagline: ['Smash burgers, thin and crisp', 'Smash burgers, fins et croustillants', 'سماش برجر رقيق ومقرمش'],
    text: [
      'One griddle, four burgers, fries cut every morning.',
      'Une plancha, quatre burgers, des frites coupées chaque matin.',
      'صاج واحد وأربعة أنواع وبطاطس تُقطّع كل صباح.',
    ],
    legalName: 'Olaya Burger Company LLC',
    crNo: '1010781122',
    vatNo: '310781122300003',
    licence: 'RUH-F-30877',
    owner: 'Lama Al Dossari',
    glyph: 'hamburger',
    hue: 18,
    cuisines: ['burgers'],
    tags: ['vegetarian'],
    place: [24.6951, 46.6842],
    address: 'Tahlia Street 44, Al Olaya, Riyadh',
    phone: '+966112345602',
    services: ['delivery', 'pickup'],
    prep: 15,
    week: [[everyDay, '12:00', '02:00']],
    caps: { delivery: 12, pickup: 10, dine_in: 0 },
    points: 30,
    areas: [
      { name: near, reach: 5000, fee: 9, minimum: 25, freeOver: 100 },
      { name: further, reach: 11_000, fee: 15, minimum: 50 },
    ],
    exceptions: [{ from: '+0', to: '+60', kind: 'closed', opens: '17:05', closes: '17:30', reason: 'prayer_break' }],
    groups: [
      {
        key: 'sauces',
        name: ['Sauces', 'Sauces', 'الصلصات'],
        min: 1,
        max: 3,
        free: 1,
        options: [
          { name: ['House sauce', 'Sauce maison', 'صلصة الدار'], price: 2, isDefault: true },
          { name: ['Smoked jalapeño', 'Jalapeño fumé', 'هالبينو مدخن'], price: 2 },
          { name: ['Truffle mayo', 'Mayo à la truffe', 'مايونيز بالكمأة'], price: 5 },
        ],
      },
      {
        key: 'extras',
        name: ['Extras', 'Suppléments', 'إضافات'],
        min: 0,
        max: 4,
        options: [
          { name: ['Cheese', 'Fromage', 'جبن'], price: 3 },
          { name: ['Second patty', 'Deuxième steak', 'قطعة لحم ثانية'], price: 12 },
          { name: ['Beef bacon', 'Bacon de bœuf', 'بيكون بقري'], price: 7 },
          { name: ['Pickles', 'Cornichons', 'مخلل'], price: 1 },
        ],
      },
      {
        key: 'meal',
        name: ['Make it a meal', 'En menu', 'اجعلها وجبة'],
        min: 0,
        max: 1,
        options: [{ name: ['With fries and a drink', 'Avec frites et boisson', 'مع بطاطس ومشروب'], price: 14, opens: 'meal-drink' }],
      },
      {
        key: 'meal-drink',
        name: ['Drink', 'Boisson', 'المشروب'],
        min: 1,
        max: 1,
        options: [
          { name: ['Cola', 'Cola', 'كولا'], isDefault: true },
          { name: ['Water', 'Eau', 'ماء'] },
          { name: ['Milkshake', 'Milkshake', 'ميلك شيك'], price: 9 },
        ],
      },
    ],
    categories: [
      {
        name: ['Burgers', 'Burgers', 'البرجر'],
        dishes: [
          {
            key: 'smash',
            name: ['Smash burger', 'Smash burger', 'سماش برجر'],
            text: [
              '90 g of beef pressed hard, pickles, onion, potato bun.',
              '90 g de bœuf écrasé, cornichons, oignon, pain de pomme de terre.',
              '٩٠ غرامًا من اللحم المضغوط مع المخلل والبصل وخبز البطاطس.',
            ],
            price: 32,
            glyph: 'hamburger',
            points: 2,
            kcal: 610,
            allergens: ['gluten', 'egg', 'milk', 'mustard', 'sesame'],
            groups: ['sauces', 'extras', 'meal'],
          },
          {
            key: 'mushroom',
            name: ['Mushroom burger', 'Burger aux champignons', 'برجر الفطر'],
            text: ['Portobello, Swiss cheese, no meat.', 'Portobello, emmental, sans viande.', 'فطر بورتوبيلو وجبن سويسري بلا لحم.'],
            price: 29,
            glyph: 'sandwich',
            points: 2,
            kcal: 540,
            allergens: ['gluten', 'egg', 'milk'],
            tags: ['vegetarian'],
            groups: ['sauces', 'extras', 'meal'],
          },
        ],
      },
      {
        name: ['Sides and drinks', 'Accompagnements et boissons', 'المقبلات والمشروبات'],
        dishes: [
          {
            key: 'fries',
            name: ['Fries', 'Frites', 'بطاطس'],
            text: ['Twice fried, sumac salt.', 'Cuites deux fois, sel au sumac.', 'مقلية مرتين بملح السماق.'],
            price: 11,
            glyph: 'french-fries',
            points: 1,
            kcal: 390,
            tags: ['vegan'],
          },
          {
            key: 'shake',
            name: ['Date milkshake', 'Milkshake aux dattes', 'ميلك شيك بالتمر'],
            text: ['Sukkari dates, cold milk.', 'Dattes sukkari, lait froid.', 'تمر سكري وحليب بارد.'],
            price: 18,
            glyph: 'glass-of-milk',
            points: 1,
            kcal: 420,
            allergens: ['milk'],
            tags: ['vegetarian', 'gluten_free'],
          },
        ],
      },
    ],
  },
  {
    handle: 'shawarma-al-malqa',
    name: ['Shawarma Al Malqa', 'Shawarma Al Malqa', 'شاورما الملقا'],
    tagline: ['From sunset until three in the morning', 'Du coucher du soleil à trois heures', 'من الغروب حتى الثالثة فجرًا'],
    text: [
      'Two spits, one toaster, garlic sauce by the litre.',
      'Deux broches, un grille-pain, de la sauce à l’ail au litre.',
      'سيخان ومحمصة وثوم باللتر.',
    ],
    legalName: 'Malqa Night Kitchen Est.',
    crNo: '1010781123',
    vatNo: '310781123300003',
    licence: 'RUH-F-41205',
    owner: 'Bader Al Harbi',
    glyph: 'stuffed-flatbread',
    hue: 28,
    cuisines: ['shawarma', 'lebanese'],
    tags: [],
    place: [24.8049, 46.6107],
    address: 'Anas Ibn Malik Road, Al Malqa, Riyadh',
    phone: '+966112345603',
    services: ['delivery', 'pickup'],
    prep: 10,
    week: [[everyDay, '17:00', '03:00']],
    caps: { delivery: 20, pickup: 25, dine_in: 0 },
    points: 60,
    areas: [{ name: near, reach: 8000, fee: 7, minimum: 20, freeOver: 80 }],
    groups: [
      {
        key: 'bread',
        name: ['Bread', 'Pain', 'الخبز'],
        min: 1,
        max: 1,
        options: [
          { name: ['Arabic bread', 'Pain arabe', 'خبز عربي'], isDefault: true },
          { name: ['Saj', 'Saj', 'صاج'], price: 2 },
          { name: ['Samoon', 'Samoon', 'صامولي'], price: 1 },
        ],
      },
      {
        key: 'without',
        name: ['Leave out', 'Sans', 'بدون'],
        min: 0,
        max: 3,
        options: [
          { name: ['Garlic', 'Ail', 'ثوم'] },
          { name: ['Pickles', 'Cornichons', 'مخلل'] },
          { name: ['Fries inside', 'Frites dedans', 'بطاطس بالداخل'] },
        ],
      },
    ],
    categories: [
      {
        name: ['Wraps', 'Wraps', 'سندويتشات'],
        dishes: [
          {
            key: 'chicken',
            name: ['Chicken shawarma', 'Shawarma de poulet', 'شاورما دجاج'],
            text: ['Garlic, pickles, toasted twice.', 'Ail, cornichons, toasté deux fois.', 'ثوم ومخلل ومحمصة مرتين.'],
            price: 9,
            glyph: 'stuffed-flatbread',
            points: 1,
            kcal: 430,
            allergens: ['gluten', 'egg'],
            groups: ['bread', 'without'],
            most: 30,
          },
          {
            key: 'beef',
            name: ['Beef shawarma', 'Shawarma de bœuf', 'شاورما لحم'],
            text: ['Tahini, parsley, sumac onions.', 'Tahini, persil, oignons au sumac.', 'طحينة وبقدونس وبصل بالسماق.'],
            price: 12,
            glyph: 'burrito',
            points: 1,
            kcal: 470,
            allergens: ['gluten', 'sesame'],
            groups: ['bread', 'without'],
            most: 30,
          },
        ],
      },
      {
        name: ['Plates', 'Assiettes', 'أطباق'],
        dishes: [
          {
            key: 'arabi',
            name: ['Arabi plate', 'Assiette arabi', 'صحن عربي'],
            text: [
              'A cut wrap with fries, garlic and pickles.',
              'Un wrap coupé, frites, ail et cornichons.',
              'ساندويتش مقطع مع بطاطس وثوم ومخلل.',
            ],
            price: 22,
            glyph: 'shallow-pan-of-food',
            points: 2,
            kcal: 890,
            allergens: ['gluten', 'egg'],
          },
          {
            key: 'fattoush',
            name: ['Fattoush', 'Fattouche', 'فتوش'],
            text: ['Herbs, tomato, crisp bread, pomegranate.', 'Herbes, tomate, pain croustillant, grenade.', 'خضار وخبز محمص ودبس رمان.'],
            price: 14,
            glyph: 'green-salad',
            points: 1,
            kcal: 210,
            allergens: ['gluten'],
            tags: ['vegan'],
          },
        ],
      },
    ],
  },
  {
    handle: 'sushi-kafd',
    name: ['Sushi KAFD', 'Sushi KAFD', 'سوشي كافد'],
    tagline: ['Twelve omakase seats a day', 'Douze omakase par jour', 'اثنتا عشرة حصة أوماكاسي في اليوم'],
    text: [
      'A counter between the towers of the financial district; fish from Jeddah and Tokyo.',
      'Un comptoir entre les tours ; poissons de Djeddah et de Tokyo.',
      'كاونتر بين أبراج المركز المالي وأسماك من جدة وطوكيو.',
    ],
    legalName: 'KAFD Counter Dining LLC',
    crNo: '1010781124',
    vatNo: '310781124300003',
    licence: 'RUH-F-51933',
    owner: 'Sara Al Ghamdi',
    glyph: 'sushi',
    hue: 200,
    cuisines: ['sushi'],
    tags: ['gluten_free', 'low_calorie'],
    place: [24.7642, 46.6405],
    address: 'KAFD Wadi Level, Riyadh',
    phone: '+966112345604',
    services: ['delivery', 'pickup', 'dine_in'],
    prep: 30,
    week: [
      [[0, 1, 2, 3, 4], '13:00', '23:30'],
      [[5, 6], '13:30', '00:30'],
    ],
    caps: { delivery: 5, pickup: 5, dine_in: 8 },
    points: 24,
    areas: [{ name: near, reach: 9000, fee: 15, minimum: 80, freeOver: 300 }],
    tables: [
      { name: 'Counter 1', area: ['Counter', 'Comptoir', 'الكاونتر'], seats: [1, 2] },
      { name: 'Counter 2', area: ['Counter', 'Comptoir', 'الكاونتر'], seats: [1, 2] },
      { name: 'T1', area: hall, seats: [2, 4], join: 'window' },
      { name: 'T2', area: hall, seats: [2, 4], join: 'window' },
    ],
    partyMax: 8,
    deposit: 50,
    groups: [
      {
        key: 'soy',
        name: ['Soy', 'Soja', 'الصويا'],
        min: 0,
        max: 1,
        options: [
          { name: ['Low salt', 'Peu salée', 'قليلة الملح'] },
          { name: ['Gluten-free tamari', 'Tamari sans gluten', 'تاماري بلا غلوتين'], price: 3 },
        ],
      },
    ],
    categories: [
      {
        name: ['From the counter', 'Du comptoir', 'من الكاونتر'],
        dishes: [
          {
            key: 'omakase',
            name: ['Omakase box', 'Coffret omakase', 'صندوق أوماكاسي'],
            text: ['Eighteen pieces of what came in today.', 'Dix-huit pièces de l’arrivage du jour.', 'ثماني عشرة قطعة من وارد اليوم.'],
            price: 320,
            glyph: 'bento-box',
            points: 6,
            kcal: 760,
            allergens: ['fish', 'crustaceans', 'soy', 'molluscs'],
            groups: ['soy'],
            daily: 12,
            most: 4,
          },
          {
            key: 'nigiri',
            name: ['Nigiri, eight pieces', 'Nigiri, huit pièces', 'نيغيري ثماني قطع'],
            text: ['Salmon, hamour, prawn, tuna.', 'Saumon, mérou, crevette, thon.', 'سلمون وهامور وروبيان وتونة.'],
            price: 88,
            glyph: 'sushi',
            points: 3,
            kcal: 410,
            allergens: ['fish', 'crustaceans', 'soy'],
            tags: ['low_calorie'],
            groups: ['soy'],
          },
          {
            key: 'tempura',
            name: ['Prawn tempura', 'Tempura de crevettes', 'تمبورا روبيان'],
            text: ['Six, with dashi.', 'Six pièces, avec dashi.', 'ست قطع مع الداشي.'],
            price: 54,
            glyph: 'fried-shrimp',
            points: 2,
            kcal: 520,
            allergens: ['crustaceans', 'gluten', 'egg', 'soy'],
          },
        ],
      },
      {
        name: ['Small plates', 'Petites assiettes', 'أطباق صغيرة'],
        dishes: [
          {
            key: 'gyoza',
            name: ['Vegetable gyoza', 'Gyoza aux légumes', 'غيوزا بالخضار'],
            text: ['Seven, crisp below.', 'Sept, croustillants dessous.', 'سبع قطع مقرمشة.'],
            price: 36,
            glyph: 'dumpling',
            points: 2,
            kcal: 300,
            allergens: ['gluten', 'soy', 'sesame'],
            tags: ['vegan'],
          },
          {
            key: 'miso',
            name: ['Miso soup', 'Soupe miso', 'حساء ميسو'],
            text: ['White miso, tofu, wakame.', 'Miso blanc, tofu, wakamé.', 'ميسو أبيض وتوفو وواكامي.'],
            price: 22,
            glyph: 'steaming-bowl',
            kcal: 90,
            allergens: ['soy', 'fish'],
            tags: ['low_calorie'],
          },
        ],
      },
    ],
  },
  {
    handle: 'camel-coffee-hittin',
    name: ['Camel Coffee Hittin', 'Camel Coffee Hittin', 'قهوة الجمل حطين'],
    tagline: ['Order ahead, pick up at the window', 'Commandez, passez à la fenêtre', 'اطلب واستلم من النافذة'],
    text: ['A roaster with one window and no chairs.', 'Un torréfacteur, une fenêtre, pas de chaises.', 'محمصة بنافذة واحدة وبلا كراسٍ.'],
    legalName: 'Camel Coffee Roasters Est.',
    crNo: '1010781125',
    vatNo: '310781125300003',
    licence: 'RUH-F-60318',
    owner: 'Omar Al Shehri',
    glyph: 'hot-beverage',
    hue: 22,
    cuisines: ['coffee', 'breakfast', 'dessert'],
    tags: ['vegetarian', 'vegan'],
    place: [24.7683, 46.6052],
    address: 'Prince Turki Road, Hittin, Riyadh',
    phone: '+966112345605',
    services: ['pickup'],
    prep: 6,
    week: [[everyDay, '06:00', '00:00']],
    caps: { delivery: 0, pickup: 18, dine_in: 0 },
    points: 40,
    groups: [
      {
        key: 'cup',
        name: ['Cup', 'Taille', 'الكوب'],
        min: 1,
        max: 1,
        options: [
          { name: ['Small', 'Petit', 'صغير'], isDefault: true },
          { name: ['Large', 'Grand', 'كبير'], price: 4 },
        ],
      },
      {
        key: 'milk',
        name: ['Milk', 'Lait', 'الحليب'],
        min: 0,
        max: 1,
        options: [
          { name: ['Camel milk', 'Lait de chamelle', 'حليب الإبل'], price: 6 },
          { name: ['Oat milk', 'Lait d’avoine', 'حليب الشوفان'], price: 4 },
        ],
      },
    ],
    categories: [
      {
        name: ['Coffee', 'Café', 'القهوة'],
        dishes: [
          {
            key: 'v60',
            name: ['V60', 'V60', 'في ٦٠'],
            text: ['Today: Jazan, natural.', 'Aujourd’hui : Jazan, nature.', 'اليوم: جازان مجففة.'],
            price: 19,
            glyph: 'hot-beverage',
            kcal: 5,
            tags: ['vegan', 'gluten_free'],
            groups: ['cup'],
          },
          {
            key: 'flat-white',
            name: ['Flat white', 'Flat white', 'فلات وايت'],
            text: ['Double shot, thin foam.', 'Double expresso, mousse fine.', 'جرعتان ورغوة رقيقة.'],
            price: 17,
            glyph: 'teacup-without-handle',
            kcal: 120,
            allergens: ['milk'],
            tags: ['vegetarian', 'gluten_free'],
            groups: ['cup', 'milk'],
          },
          {
            key: 'iced-karak',
            name: ['Iced karak', 'Karak glacé', 'كرك مثلج'],
            text: ['Tea, cardamom, condensed milk, ice.', 'Thé, cardamome, lait concentré, glace.', 'شاي بالهيل وحليب مكثف وثلج.'],
            price: 14,
            glyph: 'bubble-tea',
            kcal: 210,
            allergens: ['milk'],
            tags: ['vegetarian'],
            groups: ['cup'],
          },
        ],
      },
      {
        name: ['With it', 'Avec', 'معها'],
        dishes: [
          {
            key: 'croissant',
            name: ['Date croissant', 'Croissant aux dattes', 'كرواسون بالتمر'],
            text: ['Baked at six; sixty a day.', 'Cuits à six heures ; soixante par jour.', 'يُخبز في السادسة، ستون في اليوم.'],
            price: 15,
            glyph: 'croissant',
            kcal: 340,
            allergens: ['gluten', 'milk', 'egg'],
            tags: ['vegetarian'],
            daily: 60,
          },
          {
            key: 'cookie',
            name: ['Tahini cookie', 'Cookie au tahini', 'كوكيز بالطحينة'],
            text: ['Sea salt on top.', 'Fleur de sel dessus.', 'برشة ملح بحري.'],
            price: 12,
            glyph: 'cookie',
            kcal: 290,
            allergens: ['gluten', 'sesame'],
            tags: ['vegan'],
          },
        ],
      },
    ],
  },
  {
    handle: 'iftar-tent-diriyah',
    name: ['Iftar Tent Diriyah', 'Tente d’iftar de Diriyah', 'خيمة الإفطار بالدرعية'],
    tagline: ['Long tables beside the mud walls', 'De longues tables près des murs de terre', 'سفر طويلة بجوار الأسوار الطينية'],
    text: [
      'Dinner all year; in Ramadan from sunset until two, for families up to twelve.',
      'Dîner toute l’année ; au Ramadan du coucher du soleil à deux heures, pour douze au plus.',
      'عشاء طوال العام، وفي رمضان من الغروب حتى الثانية لعائلات حتى اثني عشر.',
    ],
    legalName: 'Diriyah Tent Hospitality Est.',
    crNo: '1010781126',
    vatNo: '310781126300003',
    licence: 'DIR-F-00412',
    owner: 'Abdullah Al Muqrin',
    glyph: 'tent',
    hue: 268,
    cuisines: ['iftar', 'saudi'],
    tags: [],
    place: [24.7343, 46.5748],
    address: 'Al Bujairi Quarter, Diriyah',
    phone: '+966112345606',
    services: ['dine_in'],
    prep: 20,
    week: [[everyDay, '18:00', '23:30']],
    caps: { delivery: 0, pickup: 0, dine_in: 14 },
    points: 60,
    tables: [
      { name: 'Sadu 1', area: family, seats: [2, 6], join: 'tent' },
      { name: 'Sadu 2', area: family, seats: [2, 6], join: 'tent' },
      { name: 'Sadu 3', area: family, seats: [2, 6], join: 'tent' },
      { name: 'Palm 1', area: hall, seats: [1, 4] },
      { name: 'Palm 2', area: hall, seats: [1, 4] },
    ],
    partyMax: 12,
    exceptions: [{ from: '2027-02-08', to: '2027-03-09', kind: 'hours', opens: '17:30', closes: '02:00', reason: 'ramadan' }],
    categories: [
      {
        name: ['To break the fast', 'Pour rompre le jeûne', 'للإفطار'],
        dishes: [
          {
            key: 'iftar-tray',
            name: ['Iftar tray for one', 'Plateau d’iftar', 'صينية إفطار لشخص'],
            text: [
              'Dates, laban, lentil soup, sambousek.',
              'Dattes, laban, soupe de lentilles, samboussek.',
              'تمر ولبن وشوربة عدس وسمبوسك.',
            ],
            price: 49,
            glyph: 'pot-of-food',
            points: 2,
            kcal: 620,
            allergens: ['gluten', 'milk'],
          },
          {
            key: 'sambousek',
            name: ['Sambousek, six', 'Samboussek, six', 'سمبوسك ست حبات'],
            text: ['Meat or cheese, fried to order.', 'Viande ou fromage, frits à la commande.', 'لحم أو جبن، تُقلى عند الطلب.'],
            price: 24,
            glyph: 'dumpling',
            points: 1,
            kcal: 420,
            allergens: ['gluten', 'milk'],
          },
        ],
      },
      {
        name: ['From the fire', 'Du feu', 'من الجمر'],
        dishes: [
          {
            key: 'mathloutha',
            name: ['Mathloutha', 'Mathloutha', 'مثلوثة'],
            text: [
              'Jareesh, qursan and rice under one shoulder of lamb.',
              'Jareesh, qursan et riz sous une épaule d’agneau.',
              'جريش وقرصان ورز تحت كتف حمل.',
            ],
            price: 145,
            glyph: 'meat-on-bone',
            points: 5,
            kcal: 1900,
            allergens: ['gluten', 'milk'],
          },
          {
            key: 'luqaimat',
            name: ['Luqaimat', 'Luqaimat', 'لقيمات'],
            text: ['With date syrup.', 'Au sirop de dattes.', 'مع دبس التمر.'],
            price: 21,
            glyph: 'doughnut',
            points: 1,
            kcal: 480,
            allergens: ['gluten', 'sesame'],
            tags: ['vegetarian'],
          },
        ],
      },
    ],
  },
]

/** Glyphs the pictures need, for `seed/extract-glyphs.ts`. */
export const glyphs: readonly string[] = [
  ...new Set(
    restaurants.flatMap((restaurant) => [
      restaurant.glyph,
      ...restaurant.categories.flatMap(({ dishes }) => dishes.map((dish) => dish.glyph)),
    ]),
  ),
]
