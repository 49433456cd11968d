import type { ComponentType, ReactElement } from 'react'

export interface IslandProps<P extends object> {
  /** As `client/registry.ts` knows it; of a vertical: `<vertical>/<file>`. */
  name: string
  /** When the browser loads its code: at the first touch of it, or when it comes into view. */
  when: 'touch' | 'view'
  component: ComponentType<P>
  props: P
}

/** Part of a page that React takes over in the browser. Everything in it already works without. */
export function Island<P extends object>({ name, when, component: Component, props }: IslandProps<P>): ReactElement {
  return (
    <div data-island={name} data-when={when} data-props={JSON.stringify(props)} className="contents">
      <Component {...props} />
    </div>
  )
}
