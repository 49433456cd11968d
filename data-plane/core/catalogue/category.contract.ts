import { anyone, endpoint, I18nText, listEndpoint, staff, vendor } from '@cityos/contract'
import { z } from 'zod'
import { Picture } from '../vertical/contract.ts'
import { Handle } from './product.schema.ts'

const ById = z.object({ id: z.string() })

/** What products of a category are described by; `facet` ones become filters. */
export const AttributeDefinition = z.object({
  code: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/)
    .max(40),
  name: I18nText,
  type: z.enum(['text', 'number', 'boolean', 'choice']),
  unit: z.string().max(16).nullable().default(null),
  /** For `choice`: code → name. */
  choices: z.record(z.string(), I18nText).default({}),
  facet: z.boolean().default(false),
})
export type AttributeDefinition = z.infer<typeof AttributeDefinition>

/** A node of the category tree with its children; `product_count` counts visible products of the whole subtree. */
export interface CategoryNode {
  id: string
  handle: string
  name: string
  description: string
  picture: z.infer<typeof Picture> | null
  product_count: number
  children: CategoryNode[]
}
export const CategoryNode: z.ZodType<CategoryNode, CategoryNode> = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  description: z.string(),
  picture: Picture.nullable(),
  product_count: z.int(),
  get children() {
    return z.array(CategoryNode)
  },
})

export const listCategories = endpoint({
  id: 'store.category.list',
  vertical: 'catalogue',
  method: 'GET',
  path: '/v1/store/categories',
  summary: 'The category tree',
  access: anyone,
  response: z.array(CategoryNode),
})

export const ManagedCategory = z.object({
  id: z.string(),
  handle: z.string(),
  parent_id: z.string().nullable(),
  /** Handles from the top down, joined by `/`. */
  path: z.string(),
  depth: z.int(),
  position: z.int(),
  name: I18nText,
  description: I18nText,
  picture: Picture.nullable(),
  attribute_schema: z.array(AttributeDefinition),
  product_count: z.int(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type ManagedCategory = z.infer<typeof ManagedCategory>

export const CategoryInput = z.object({
  handle: Handle,
  parent_id: z.string().nullable().default(null),
  name: I18nText,
  description: I18nText.default({}),
  position: z.int().min(0).default(0),
  picture_file_id: z.string().nullable().default(null),
  attribute_schema: z.array(AttributeDefinition).max(40).default([]),
})
export type CategoryInput = z.infer<typeof CategoryInput>

export const CategoryPatch = z
  .object({
    handle: Handle,
    name: I18nText,
    description: I18nText,
    position: z.int().min(0),
    picture_file_id: z.string().nullable(),
    attribute_schema: z.array(AttributeDefinition).max(40),
  })
  .partial()
export type CategoryPatch = z.infer<typeof CategoryPatch>

/** Vendors choose a category for their products; they read the tree only. */
export const vendorListCategories = listEndpoint({
  id: 'vendor.category.list',
  method: 'GET',
  path: '/v1/vendor/categories',
  summary: 'All categories, in tree order',
  access: vendor('read', 'category'),
  response: ManagedCategory,
})

export const adminListCategories = listEndpoint({
  id: 'admin.category.list',
  method: 'GET',
  path: '/v1/admin/categories',
  summary: 'All categories, in tree order',
  access: staff('read', 'category'),
  query: z.object({ parent_id: z.string().optional() }),
  response: ManagedCategory,
})

export const adminCreateCategory = endpoint({
  id: 'admin.category.create',
  method: 'POST',
  path: '/v1/admin/categories',
  summary: 'Adds a category',
  access: staff('write', 'category'),
  body: CategoryInput,
  response: ManagedCategory,
  status: 201,
  errors: ['already_exists'],
})

export const adminGetCategory = endpoint({
  id: 'admin.category.get',
  method: 'GET',
  path: '/v1/admin/categories/{id}',
  summary: 'One category',
  access: staff('read', 'category'),
  params: ById,
  response: ManagedCategory,
})

export const adminUpdateCategory = endpoint({
  id: 'admin.category.update',
  method: 'PATCH',
  path: '/v1/admin/categories/{id}',
  summary: 'Changes a category',
  access: staff('write', 'category'),
  params: ById,
  body: CategoryPatch,
  response: ManagedCategory,
  errors: ['already_exists'],
})

export const adminMoveCategory = endpoint({
  id: 'admin.category.move',
  method: 'POST',
  path: '/v1/admin/categories/{id}/move',
  summary: 'Moves a category with its subtree under another parent (null: to the top)',
  access: staff('write', 'category'),
  params: ById,
  body: z.object({ parent_id: z.string().nullable() }),
  response: ManagedCategory,
  errors: ['category_cycle'],
})

export const adminRemoveCategory = endpoint({
  id: 'admin.category.remove',
  method: 'DELETE',
  path: '/v1/admin/categories/{id}',
  summary: 'Removes a category without children and products',
  access: staff('write', 'category'),
  params: ById,
  response: z.object({ id: z.string() }),
  errors: ['validation_failed'],
})
