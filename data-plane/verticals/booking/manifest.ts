import type { VerticalManifest } from '@cityos/contract'

/** Facts about this vertical; plain data, browsers read it too. */
export const manifest = {
  name: 'booking',
  title: { en: 'Bookings', fr: 'Réservations', ar: 'حجوزات' },
  dependsOn: [],
  kinds: ['booking.slot'],
  resources: ['services', 'bookings', 'service-offerings', 'booking-providers'],
  permissions: {
    staff: {
      'city-manager': [
        [['read'], ['booking', 'service_offering', 'booking_provider']],
        [['approve'], ['booking_provider']],
      ],
      'compliance-officer': [
        [['read'], ['booking', 'service_offering', 'booking_provider']],
        [['approve'], ['booking_provider']],
        [['write'], ['service_offering']],
      ],
      auditor: [[['read'], ['booking', 'service_offering', 'booking_provider']]],
      finance: [[['read', 'cancel'], ['booking']]],
      viewer: [[['read'], ['booking', 'service_offering', 'booking_provider']]],
    },
    vendor: {
      owner: [
        [['read', 'write', 'accept', 'fulfil', 'cancel'], ['booking']],
        [
          ['read', 'write'],
          ['service_offering', 'booking_provider'],
        ],
      ],
      manager: [
        [['read', 'write', 'accept', 'fulfil', 'cancel'], ['booking']],
        [
          ['read', 'write'],
          ['service_offering', 'booking_provider'],
        ],
      ],
      staff: [
        [['read', 'accept', 'fulfil'], ['booking']],
        [['read'], ['service_offering', 'booking_provider']],
      ],
      finance: [[['read'], ['booking', 'service_offering']]],
    },
  },
  navigation: [
    { surface: 'store', path: 'booking', title: { en: 'Bookings', fr: 'Réservations', ar: 'حجوزات' } },
    { surface: 'vendor', path: 'booking-calendar', title: { en: 'Calendar', fr: 'Agenda', ar: 'التقويم' } },
    { surface: 'vendor', path: 'bookings', title: { en: 'Bookings', fr: 'Réservations', ar: 'الحجوزات' } },
    { surface: 'vendor', path: 'service-offerings', title: { en: 'Services', fr: 'Prestations', ar: 'الخدمات' } },
    { surface: 'vendor', path: 'booking-providers', title: { en: 'Team and rooms', fr: 'Équipe et salles', ar: 'الفريق والغرف' } },
    { surface: 'admin', path: 'bookings', title: { en: 'Bookings', fr: 'Réservations', ar: 'الحجوزات' } },
    { surface: 'admin', path: 'service-offerings', title: { en: 'Services', fr: 'Prestations', ar: 'الخدمات' } },
    { surface: 'admin', path: 'booking-providers', title: { en: 'Providers', fr: 'Prestataires', ar: 'مقدمو الخدمة' } },
  ],
} as const satisfies VerticalManifest
