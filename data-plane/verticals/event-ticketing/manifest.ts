import type { VerticalManifest } from '@cityos/contract'

/** Facts about events and tickets (docs/spec/event-ticketing.md). */
export const manifest: VerticalManifest = {
  name: 'event-ticketing',
  title: { en: 'Events and tickets', fr: 'Événements et billets', ar: 'فعاليات وتذاكر' },
  dependsOn: [],
  kinds: ['event.ticket'],
  resources: ['events', 'venues', 'seat-maps', 'checkin-lists', 'event-refund-batches'],
  permissions: {
    staff: {
      'city-manager': [[['read', 'approve'], ['event']]],
      'compliance-officer': [[['read', 'approve', 'freeze'], ['event']]],
      auditor: [[['read'], ['event']]],
      finance: [[['read', 'payout'], ['event']]],
      viewer: [[['read'], ['event']]],
    },
    vendor: {
      owner: [
        [['read', 'write', 'cancel', 'export'], ['event']],
        [['read', 'write'], ['event-checkin']],
      ],
      manager: [
        [['read', 'write', 'cancel', 'export'], ['event']],
        [['read', 'write'], ['event-checkin']],
      ],
      staff: [
        [['read'], ['event']],
        [['read', 'write'], ['event-checkin']],
      ],
      finance: [[['read', 'export'], ['event']]],
    },
  },
  navigation: [
    { surface: 'store', path: 'event-ticketing', title: { en: 'Events', fr: 'Événements', ar: 'فعاليات' } },
    { surface: 'vendor', path: 'events', title: { en: 'Events', fr: 'Événements', ar: 'الفعاليات' } },
    { surface: 'vendor', path: 'checkin-lists', title: { en: 'Check-in', fr: 'Contrôle d’accès', ar: 'تسجيل الدخول' } },
    { surface: 'vendor', path: 'venues', title: { en: 'Venues', fr: 'Lieux', ar: 'الأماكن' } },
    { surface: 'vendor', path: 'seat-maps', title: { en: 'Seat maps', fr: 'Plans de salle', ar: 'مخططات المقاعد' } },
    { surface: 'admin', path: 'events', title: { en: 'Events', fr: 'Événements', ar: 'الفعاليات' } },
    { surface: 'admin', path: 'event-refund-batches', title: { en: 'Event refunds', fr: 'Remboursements', ar: 'ردود مبالغ الفعاليات' } },
  ],
}
