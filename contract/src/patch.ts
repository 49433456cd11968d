import { z } from 'zod'

type Given<T extends z.ZodType> = T extends z.ZodDefault<infer Inner extends z.ZodType> ? Inner : T

/** Every field may be left out, and what is left out stays as it is. */
export type PatchOf<Shape extends z.ZodRawShape> = z.ZodObject<{
  [Key in keyof Shape]: z.ZodOptional<Shape[Key] extends z.ZodType ? Given<Shape[Key]> : never>
}>

/**
 * The body of a PATCH from the body of its POST. Not `.partial()`: a default holds in an optional field too, so that a change of
 * one field would set all others back to their defaults.
 */
export function patchOf<Shape extends z.ZodRawShape>(input: z.ZodObject<Shape>): PatchOf<Shape> {
  const fields = Object.entries(input.shape).map(([name, field]) => [name, withoutDefault(field as z.ZodType).optional()])
  return z.object(Object.fromEntries(fields)) as unknown as PatchOf<Shape>
}

function withoutDefault(field: z.ZodType): z.ZodType {
  return field instanceof z.ZodDefault ? withoutDefault(field.unwrap() as z.ZodType) : field
}
