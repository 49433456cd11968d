import type { Text } from './text.ts'

export const tagline: Text = [
  'The shops of the city in one cart',
  'Les boutiques de la ville dans un seul panier',
  'متاجر المدينة في سلة واحدة',
]

export const description: Text = [
  'Dates from Qassim, oud from Taif, tents for the desert: many shops, one order, every parcel in sight.',
  'Dattes du Qassim, oud de Taïf, tentes pour le désert : plusieurs boutiques, une commande, chaque colis suivi.',
  'تمر القصيم وعود الطائف وخيام البر: متاجر كثيرة وطلب واحد، وكل شحنة تتابعها حتى بابك.',
]

export const contact = {
  phone: '+966112000000',
  address: [
    'King Fahd Road, Al Olaya, Riyadh 12214',
    'Route du Roi Fahd, Al Olaya, Riyad 12214',
    'طريق الملك فهد، العليا، الرياض 12214',
  ] as Text,
}

export const policies: { kind: 'returns' | 'privacy' | 'terms' | 'shipping'; title: Text; body: Text }[] = [
  {
    kind: 'returns',
    title: ['Returns and refunds', 'Retours et remboursements', 'الاسترجاع واسترداد المبالغ'],
    body: [
      `You may return unused goods within seven days of receiving them, without giving a reason.\n\nFood that spoils, goods made for you, opened digital goods, hygiene goods once unsealed, and courses with a fixed date cannot be returned; this is said on the product page and again on your order.\n\nIf something arrives damaged or is not what you ordered, the return is free and you get back everything you paid for it, delivery included. We refund the way you paid, within five working days after the goods have come back.\n\nIf an order is more than fifteen days late, you may cancel it and get all of your money back.`,
      `Vous pouvez retourner les articles non utilisés dans les sept jours suivant leur réception, sans donner de motif.\n\nLes denrées périssables, les articles faits sur mesure, les contenus numériques ouverts, les produits d’hygiène descellés et les cours à date fixe ne peuvent pas être retournés ; c’est indiqué sur la fiche du produit et rappelé sur votre commande.\n\nSi un article arrive abîmé ou n’est pas celui que vous avez commandé, le retour est gratuit et tout vous est remboursé, livraison comprise. Le remboursement suit votre moyen de paiement, dans les cinq jours ouvrés suivant le retour.\n\nSi une commande a plus de quinze jours de retard, vous pouvez l’annuler et être remboursé en totalité.`,
      `يمكنك إرجاع المنتجات غير المستخدمة خلال سبعة أيام من استلامها دون إبداء سبب.\n\nلا تُسترجع الأغذية سريعة التلف، ولا ما صُنع خصيصًا لك، ولا المحتوى الرقمي بعد فتحه، ولا منتجات العناية الشخصية بعد فتح غلافها، ولا الدورات محددة التاريخ؛ ويُذكر ذلك في صفحة المنتج وفي طلبك.\n\nإذا وصل المنتج تالفًا أو مختلفًا عما طلبت فالإرجاع مجاني ويعود إليك كل ما دفعته شاملًا التوصيل. نعيد المبلغ بطريقة الدفع نفسها خلال خمسة أيام عمل من وصول المنتج إلينا.\n\nإذا تأخر الطلب أكثر من خمسة عشر يومًا فلك إلغاؤه واسترداد كامل المبلغ.`,
    ],
  },
  {
    kind: 'shipping',
    title: ['Delivery', 'Livraison', 'التوصيل'],
    body: [
      `Each vendor sends its own goods, so an order from three vendors may come in three parcels. You see the price and the days for each of them before you pay.\n\nIn Riyadh most parcels arrive within one to three days, elsewhere in the Kingdom within five. Courses and digital goods are not shipped: you find them in your account.`,
      `Chaque vendeur expédie ses articles : une commande chez trois vendeurs peut donc arriver en trois colis. Vous voyez le prix et le délai de chacun avant de payer.\n\nÀ Riyad, la plupart des colis arrivent en un à trois jours, ailleurs dans le Royaume en cinq. Les cours et les contenus numériques ne sont pas expédiés : ils vous attendent dans votre compte.`,
      `يرسل كل بائع منتجاته بنفسه، فقد يصلك طلب من ثلاثة بائعين في ثلاثة طرود. يظهر لك سعر كل توصيل ومدته قبل الدفع.\n\nتصل معظم الطرود داخل الرياض خلال يوم إلى ثلاثة أيام، وفي بقية المملكة خلال خمسة أيام. أما الدورات والمنتجات الرقمية فلا تُشحن وتجدها في حسابك.`,
    ],
  },
  {
    kind: 'privacy',
    title: ['Privacy', 'Confidentialité', 'الخصوصية'],
    body: [
      `We keep what an order needs: your name, address, e-mail, phone number and what you bought. They are stored encrypted, in the Kingdom, and only the vendors you buy from see the part they need to deliver.\n\nWe do not sell your data and do not follow you across other sites. In your account you can see, correct and export everything, and ask for it to be deleted; invoices stay as long as the law requires.`,
      `Nous conservons ce qu’il faut pour une commande : votre nom, votre adresse, votre e-mail, votre téléphone et vos achats. Ces données sont chiffrées, stockées dans le Royaume, et seuls les vendeurs concernés voient ce qu’il leur faut pour livrer.\n\nNous ne vendons pas vos données et ne vous suivons pas sur d’autres sites. Dans votre compte, vous pouvez tout consulter, corriger, exporter, et demander l’effacement ; les factures sont gardées aussi longtemps que la loi l’exige.`,
      `نحتفظ بما يحتاجه الطلب فقط: اسمك وعنوانك وبريدك ورقم جوالك وما اشتريته. تُحفظ مشفّرة داخل المملكة، ولا يرى منها البائع إلا ما يلزمه للتوصيل.\n\nلا نبيع بياناتك ولا نتتبعك في مواقع أخرى. من حسابك يمكنك الاطلاع على كل شيء وتصحيحه وتصديره وطلب حذفه، وتبقى الفواتير المدة التي يفرضها النظام.`,
    ],
  },
  {
    kind: 'terms',
    title: ['Terms of sale', 'Conditions de vente', 'شروط البيع'],
    body: [
      `The contract for each product is with the vendor named beside it. Prices include value added tax. A contract is made when we confirm your order; until then you may change or leave your cart at any time.\n\nDisputes are first ours to settle: write to us and a person answers within two working days. The law of the Kingdom of Saudi Arabia applies.`,
      `Le contrat de chaque article est conclu avec le vendeur indiqué à côté. Les prix comprennent la TVA. Le contrat est formé lorsque nous confirmons votre commande ; jusque-là, vous pouvez modifier ou quitter votre panier à tout moment.\n\nLes litiges nous reviennent d’abord : écrivez-nous, une personne répond sous deux jours ouvrés. Le droit du Royaume d’Arabie saoudite s’applique.`,
      `العقد في كل منتج مع البائع المذكور بجانبه، والأسعار شاملة ضريبة القيمة المضافة. ينعقد العقد عند تأكيد طلبك، وقبل ذلك لك أن تعدّل سلتك أو تتركها متى شئت.\n\nنتولى نحن حل الخلافات أولًا: راسلنا ويرد عليك موظف خلال يومي عمل. وتُطبّق أنظمة المملكة العربية السعودية.`,
    ],
  },
]

export const footer: { label: Text; items: { kind: 'policy' | 'page'; ref: string; label: Text }[] }[] = [
  {
    label: ['Help', 'Aide', 'المساعدة'],
    items: [
      { kind: 'page', ref: '/track', label: ['Track an order', 'Suivre une commande', 'تتبّع طلبك'] },
      { kind: 'policy', ref: 'shipping', label: ['Delivery', 'Livraison', 'التوصيل'] },
      { kind: 'policy', ref: 'returns', label: ['Returns', 'Retours', 'الاسترجاع'] },
    ],
  },
  {
    label: ['About', 'À propos', 'عن المتجر'],
    items: [
      { kind: 'page', ref: '/vendors', label: ['Our vendors', 'Nos vendeurs', 'بائعونا'] },
      { kind: 'policy', ref: 'terms', label: ['Terms of sale', 'Conditions de vente', 'شروط البيع'] },
      { kind: 'policy', ref: 'privacy', label: ['Privacy', 'Confidentialité', 'الخصوصية'] },
    ],
  },
]

/** Categories of the header, in order. */
export const header = ['fashion', 'perfume-oud', 'dates-sweets', 'coffee-tea', 'electronics', 'home-kitchen', 'camping']
