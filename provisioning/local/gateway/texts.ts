import type { ErrorCode, Locale } from '@cityos/contract'

/** What the gateway may have to say itself. */
export type Notice = 'waking' | 'starting' | 'crashed' | 'failed' | 'closed' | 'unknown' | 'console' | 'missing'

/** The code of each notice in the envelope (docs/spec/error-codes.md). */
export const codes: Record<Notice, ErrorCode> = {
  waking: 'tenant_waking',
  starting: 'tenant_starting',
  crashed: 'tenant_starting',
  failed: 'dependency_unavailable',
  closed: 'not_found',
  unknown: 'unknown_host',
  console: 'dependency_unavailable',
  missing: 'not_found',
}

type Texts = Record<Notice, { title: string; body: string }> & { retry: string }

export const texts: Record<Locale, Texts> = {
  en: {
    waking: { title: '{name} is opening its doors', body: 'The shop was resting and is waking up. This takes a second or two.' },
    starting: { title: '{name} is being set up', body: 'The shop is almost ready. Your page opens as soon as it is.' },
    crashed: {
      title: '{name} will be right back',
      body: 'Something went wrong and the shop is starting again. Nothing you saved is lost.',
    },
    failed: {
      title: '{name} is not available',
      body: 'The shop could not be started. Please come back later.',
    },
    closed: {
      title: '{name} is closed',
      body: 'This shop no longer takes orders. For an earlier order, please write to the shop you bought from.',
    },
    unknown: { title: 'There is no shop at this address', body: 'Nothing lives at {name}. Please check the address for a typing mistake.' },
    console: {
      title: 'The operator console is starting',
      body: 'Shops go on working meanwhile. This page opens as soon as the console answers.',
    },
    missing: { title: 'There is nothing here', body: 'This address does not exist.' },
    retry: 'Trying again by itself',
  },
  fr: {
    waking: { title: '{name} ouvre ses portes', body: 'La boutique était au repos et se réveille. Cela prend une seconde ou deux.' },
    starting: { title: '{name} est en préparation', body: 'La boutique est presque prête. Votre page s’ouvrira dès que possible.' },
    crashed: {
      title: '{name} revient tout de suite',
      body: 'Un incident est survenu et la boutique redémarre. Rien de ce que vous avez enregistré n’est perdu.',
    },
    failed: {
      title: '{name} n’est pas disponible',
      body: 'La boutique n’a pas pu démarrer. Merci de revenir plus tard.',
    },
    closed: {
      title: '{name} est fermée',
      body: 'Cette boutique ne prend plus de commandes. Pour une commande passée, écrivez à la boutique où vous avez acheté.',
    },
    unknown: {
      title: 'Aucune boutique à cette adresse',
      body: 'Rien ne se trouve à {name}. Vérifiez l’adresse, une faute de frappe a pu s’y glisser.',
    },
    console: {
      title: 'La console d’exploitation démarre',
      body: 'Les boutiques continuent de fonctionner. Cette page s’ouvrira dès que la console répondra.',
    },
    missing: { title: 'Il n’y a rien ici', body: 'Cette adresse n’existe pas.' },
    retry: 'Nouvel essai automatique',
  },
  ar: {
    waking: { title: '{name} يفتح أبوابه', body: 'كان المتجر في استراحة وهو يستيقظ الآن. لن يستغرق ذلك سوى ثانية أو ثانيتين.' },
    starting: { title: 'يجري تجهيز {name}', body: 'المتجر شبه جاهز. ستُفتح صفحتك فور اكتمال التجهيز.' },
    crashed: { title: 'سيعود {name} حالاً', body: 'حدث خطأ ما ويجري تشغيل المتجر من جديد. لم يُفقد شيء مما حفظته.' },
    failed: { title: '{name} غير متاح', body: 'تعذّر تشغيل المتجر. يُرجى العودة لاحقاً.' },
    closed: { title: '{name} مغلق', body: 'لم يعد هذا المتجر يستقبل الطلبات. بشأن طلب سابق، يُرجى مراسلة المتجر الذي اشتريت منه.' },
    unknown: { title: 'لا يوجد متجر على هذا العنوان', body: 'لا شيء على العنوان {name}. يُرجى التحقق من كتابة العنوان.' },
    console: { title: 'لوحة التشغيل قيد الإقلاع', body: 'تواصل المتاجر عملها في هذه الأثناء. ستُفتح هذه الصفحة حالما تستجيب اللوحة.' },
    missing: { title: 'لا يوجد شيء هنا', body: 'هذا العنوان غير موجود.' },
    retry: 'تتم إعادة المحاولة تلقائياً',
  },
}
