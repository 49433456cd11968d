import type { VerticalManifest } from '@cityos/contract'

/** Facts about this vertical; plain data, browsers read it too. */
export const manifest = {
  name: 'sample-trade',
  prefix: 'sample',
  title: { en: 'Samples', fr: 'Échantillons', ar: 'عينات' },
  dependsOn: [],
  kinds: ['sample.place'],
  resources: ['sample-offers', 'sample-places'],
  permissions: {
    staff: {
      'tenant-admin': { sample_place: ['read'] },
      auditor: { sample_place: ['read'] },
      viewer: { sample_place: ['read'] },
    },
    vendor: {
      owner: { sample_offer: ['read', 'write'], sample_place: ['read', 'fulfil'] },
      manager: { sample_offer: ['read', 'write'], sample_place: ['read', 'fulfil'] },
      staff: { sample_offer: ['read'], sample_place: ['read', 'fulfil'] },
    },
  },
  navigation: [{ surface: 'store', path: '/sample-trade', title: { en: 'Samples', fr: 'Échantillons', ar: 'عينات' } }],
} satisfies VerticalManifest
