import type { VerticalManifest } from '@cityos/contract'

/** Facts about this vertical; plain data, browsers read it too. */
export const manifest = {
  name: 'booking',
  prefix: 'booking',
  title: { en: 'Bookings', fr: 'Réservations', ar: 'حجوزات' },
  dependsOn: [],
  kinds: ['booking.slot'],
  resources: ['services', 'bookings', 'service-offerings', 'booking-providers'],
  permissions: {
    staff: {
      'city-manager': { booking: ['read'], service_offering: ['read'], booking_provider: ['read', 'approve'] },
      'compliance-officer': { booking: ['read'], service_offering: ['read', 'write'], booking_provider: ['read', 'approve'] },
      auditor: { booking: ['read'], service_offering: ['read'], booking_provider: ['read'] },
      finance: { booking: ['read', 'cancel', 'fulfil'] },
      viewer: { booking: ['read'], service_offering: ['read'], booking_provider: ['read'] },
    },
    vendor: {
      owner: {
        booking: ['read', 'write', 'accept', 'fulfil', 'cancel'],
        service_offering: ['read', 'write'],
        booking_provider: ['read', 'write'],
      },
      manager: {
        booking: ['read', 'write', 'accept', 'fulfil', 'cancel'],
        service_offering: ['read', 'write'],
        booking_provider: ['read', 'write'],
      },
      staff: { booking: ['read', 'accept', 'fulfil'], service_offering: ['read'], booking_provider: ['read'] },
      finance: { booking: ['read'], service_offering: ['read'] },
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
