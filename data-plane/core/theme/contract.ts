import { anyone, DesignTokens, endpoint, managedNoun, staff, ThemeTokens } from '@cityos/contract'
import { z } from 'zod'

export const ThemeStatus = z.enum(['draft', 'preview', 'published', 'archived'])
export const themeActions = ['change', 'remove', 'preview', 'publish', 'archive'] as const

export const Theme = z.object({
  id: z.string(),
  name: z.string(),
  status: ThemeStatus,
  tokens: DesignTokens,
  logo_light_file_id: z.string().nullable(),
  logo_dark_file_id: z.string().nullable(),
  logo_light_url: z.string().nullable(),
  logo_dark_url: z.string().nullable(),
  /** Texts that could not be read; a theme with any is not published. */
  faint: z.array(
    z.object({ mode: z.enum(['light', 'dark']), text: z.string(), ground: z.string(), ratio: z.number(), needed: z.number() }),
  ),
  preview_until: z.iso.datetime().nullable(),
  published_at: z.iso.datetime().nullable(),
  /** What may be asked for now: PATCH, DELETE, or `POST …/<action>`; publishing an archived one rolls back to it. */
  actions: z.array(z.enum(themeActions)),
  version: z.int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})

export const themes = managedNoun({
  noun: 'theme',
  path: 'themes',
  surface: 'admin',
  subject: 'settings',
  vertical: null,
  called: ['a theme', 'themes'],
  shape: Theme,
  input: z.object({
    name: z.string().trim().min(1).max(80),
    /** Left out: the shop's neutrals around its brand colour. */
    tokens: DesignTokens.optional(),
    logo_light_file_id: z.string().max(64).nullable().default(null),
    logo_dark_file_id: z.string().max(64).nullable().default(null),
  }),
  filter: z.object({ status: ThemeStatus.optional() }),
  errors: ['invalid_transition'],
})

export const { list: listThemes, get: readTheme, create: createTheme, update: changeTheme, remove: removeTheme } = themes

const ById = z.object({ id: z.string().max(64) })

export const publishTheme = endpoint({
  id: 'admin.theme.publish',
  method: 'POST',
  path: '/v1/admin/themes/{id}/publish',
  summary: 'Gives the shop this look; the former one is archived, and publishing that again rolls back',
  access: staff('write', 'settings'),
  params: ById,
  response: Theme,
  errors: ['contrast_too_low', 'invalid_transition'],
})

export const previewTheme = endpoint({
  id: 'admin.theme.preview',
  method: 'POST',
  path: '/v1/admin/themes/{id}/preview',
  summary: 'An address that shows the shop in this look for an hour, to whoever has it',
  access: staff('write', 'settings'),
  params: ById,
  response: Theme.extend({ preview_path: z.string() }),
  errors: ['invalid_transition'],
})

export const archiveTheme = endpoint({
  id: 'admin.theme.archive',
  method: 'POST',
  path: '/v1/admin/themes/{id}/archive',
  summary: 'Puts a look aside; the published one: the shop goes back to its neutrals',
  access: staff('write', 'settings'),
  params: ById,
  response: Theme,
  errors: ['invalid_transition'],
})

export const Look = ThemeTokens.extend({
  name: z.string(),
  /** Which published look this is; null: the shop's neutrals around its brand colour. */
  theme_id: z.string().nullable(),
  tokens: DesignTokens,
  logo_dark_url: z.string().nullable(),
})
export type Look = z.infer<typeof Look>

export const getTheme = endpoint({
  id: 'store.theme.get',
  method: 'GET',
  path: '/v1/store/theme',
  summary: 'The look of the shop: every design token',
  access: anyone,
  query: z.object({ preview: z.string().max(120).optional() }),
  response: Look,
})
