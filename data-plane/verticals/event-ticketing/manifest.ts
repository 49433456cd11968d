import type { VerticalManifest } from '@cityos/contract'

/** Facts about events and tickets (docs/spec/event-ticketing.md). */
export const manifest: VerticalManifest = {
  name: 'event-ticketing',
  prefix: 'event',
  title: { en: 'Events and tickets', fr: 'Événements et billets', ar: 'فعاليات وتذاكر' },
  dependsOn: [],
  kinds: ['event.ticket'],
  resources: ['events', 'venues', 'seat-maps', 'checkin-lists', 'event-refund-batches'],
  permissions: {
    staff: {
      'tenant-admin': { event: ['read', 'approve', 'cancel', 'freeze', 'payout'] },
      'city-manager': { event: ['read', 'approve'] },
      'compliance-officer': { event: ['read', 'approve', 'freeze'] },
      auditor: { event: ['read'] },
      finance: { event: ['read', 'payout'] },
      viewer: { event: ['read'] },
    },
    vendor: {
      owner: { event: ['read', 'write', 'cancel', 'export'], 'event-checkin': ['read', 'write'] },
      manager: { event: ['read', 'write', 'cancel', 'export'], 'event-checkin': ['read', 'write'] },
      staff: { event: ['read'], 'event-checkin': ['read', 'write'] },
      finance: { event: ['read', 'export'] },
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
