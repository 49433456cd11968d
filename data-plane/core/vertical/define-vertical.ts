import { type ManagedNoun, type VerticalManifest, verticalCodes } from '@cityos/contract'
import { Inject, Module, type OnModuleInit, type Type } from '@nestjs/common'
import { ModuleRef } from '@nestjs/core'
import type { Lifecycle, Transition } from '../../platform/lifecycle/lifecycle.ts'
import { managedController } from '../../platform/managed/managed-controller.ts'
import { Seeds, type VerticalSeed } from '../../platform/seed/seeds.ts'
import { type Purchasable, Purchasables } from './purchasable.ts'
import { VerticalModule } from './vertical.module.ts'

/** A lifecycle whatever its table. */
export type AnyLifecycle = Pick<Lifecycle, 'entity' | 'states'> & {
  transitions: readonly Omit<Transition<never>, 'guard'>[]
}

/** What a vertical is made of, besides its contract and its pages. */
export interface VerticalParts {
  manifest: VerticalManifest
  lifecycles: readonly AnyLifecycle[]
  /** What can be put in a cart; one for each kind of the manifest. */
  sells: readonly Type<{ readonly kind: string }>[]
  /** Nouns without states, and who keeps their rows. */
  nouns?: readonly (readonly [noun: object, rows: Type<unknown>])[]
  /** Operations with verbs. */
  controllers: readonly Type[]
  providers: readonly Type[]
  /** Modules of core it builds on. */
  imports: readonly Type[]
  /** Demo data. */
  seed: Type<Pick<VerticalSeed, 'run'>>
}

/** A vertical this release has the code for. */
export interface InstalledVertical {
  manifest: VerticalManifest
  lifecycles: readonly AnyLifecycle[]
  module: Type
}

const keys = ['name', 'prefix', 'title', 'dependsOn', 'kinds', 'resources', 'permissions', 'navigation']

/**
 * Makes a vertical out of its parts: checks that they fit, and assembles the module that answers its operations, sells its
 * kinds and loads its demo data.
 * @throws Error at load, naming what contradicts what
 */
export function defineVertical(parts: VerticalParts): InstalledVertical {
  const { manifest, lifecycles } = parts
  check(parts)
  return { manifest, lifecycles, module: verticalModule(parts) }
}

function check({ manifest, lifecycles, sells, nouns = [] }: VerticalParts): void {
  const wrong = (what: string): never => {
    throw new Error(`vertical ${manifest.name}: ${what}`)
  }
  const strange = Object.keys(manifest).filter((key) => !keys.includes(key))
  if (strange.length > 0) wrong(`a manifest says nothing about ${strange.join(', ')}`)
  if (!verticalCodes.includes(manifest.name)) wrong('the platform does not know this name (contract/src/vertical.ts)')
  for (const other of manifest.dependsOn) if (!verticalCodes.includes(other)) wrong(`depends on ${other}, which nobody knows`)
  for (const kind of manifest.kinds)
    if (!kind.startsWith(`${manifest.prefix}.`)) wrong(`kind ${kind} does not begin with ${manifest.prefix}.`)
  if (sells.length !== manifest.kinds.length) wrong(`names ${manifest.kinds.length} kinds and sells ${sells.length}`)
  for (const { entity, transitions } of lifecycles)
    for (const { event, name } of transitions)
      if (!event.startsWith(`${manifest.prefix}.`))
        wrong(`${entity}.${name} leaves ${event}, which does not begin with ${manifest.prefix}.`)
  for (const [noun] of nouns)
    if ((noun as ManagedNoun).vertical !== manifest.name)
      wrong(`${(noun as ManagedNoun).noun} belongs to ${(noun as ManagedNoun).vertical}`)
}

function verticalModule({ manifest, sells, nouns = [], controllers, providers, imports, seed }: VerticalParts): Type {
  @Module({
    imports: [VerticalModule, ...imports],
    controllers: [...controllers, ...nouns.map(([noun, rows]) => managedController(noun, rows))],
    providers: [...providers, ...sells, ...nouns.map(([, rows]) => rows), seed],
  })
  class AssembledVertical implements OnModuleInit {
    constructor(
      @Inject(ModuleRef) private readonly module: ModuleRef,
      @Inject(Purchasables) private readonly purchasables: Purchasables,
      @Inject(Seeds) private readonly seeds: Seeds,
    ) {}

    onModuleInit(): void {
      for (const type of sells) this.purchasables.register(this.module.get(type) as Purchasable)
      this.seeds.register({ vertical: manifest.name, run: (ctx) => this.module.get(seed).run(ctx) })
    }
  }
  return AssembledVertical
}
