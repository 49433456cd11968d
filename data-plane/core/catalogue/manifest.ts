import type { VerticalManifest } from '@cityos/contract'

/** The catalogue is part of core and sells like every vertical; its subjects stand in the plane's own abilities. */
export const manifest: VerticalManifest = {
  name: 'catalogue',
  prefix: 'catalogue',
  title: { en: 'Shop', fr: 'Boutique', ar: 'متجر' },
  dependsOn: [],
  kinds: ['catalogue.product'],
  resources: ['products', 'categories'],
  permissions: { staff: {}, vendor: {} },
  navigation: [],
}
