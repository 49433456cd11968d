import { type PointerEvent, useEffect, useRef } from 'react'
import type { View } from './seat-canvas.ts'

/** Drag to move, two fingers to zoom, wheel with Ctrl to zoom, a tap to choose. */
export function usePointers(
  view: { current: View },
  canvas: { current: HTMLCanvasElement | null },
  draw: () => void,
  zoom: (factor: number, at?: { x: number; y: number }) => void,
  tap: (x: number, y: number) => void,
) {
  const down = useRef(new Map<number, { x: number; y: number }>())
  const moved = useRef(0)
  const at = (event: { clientX: number; clientY: number }) => {
    const box = canvas.current?.getBoundingClientRect()
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) }
  }
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, at(event))
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  })
  return {
    onPointerDown: (event: PointerEvent<HTMLCanvasElement>) => {
      event.currentTarget.setPointerCapture(event.pointerId)
      down.current.set(event.pointerId, at(event))
      if (down.current.size === 1) moved.current = 0
    },
    onPointerMove: (event: PointerEvent<HTMLCanvasElement>) => {
      const before = down.current.get(event.pointerId)
      if (!before) return
      const now = at(event)
      const other = [...down.current].find(([id]) => id !== event.pointerId)?.[1]
      if (other) {
        const was = Math.hypot(before.x - other.x, before.y - other.y)
        const is = Math.hypot(now.x - other.x, now.y - other.y)
        if (was > 0) zoom(is / was, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 })
        moved.current += 99
      } else {
        view.current.x += now.x - before.x
        view.current.y += now.y - before.y
        moved.current += Math.abs(now.x - before.x) + Math.abs(now.y - before.y)
        draw()
      }
      down.current.set(event.pointerId, now)
    },
    onPointerUp: (event: PointerEvent<HTMLCanvasElement>) => {
      const was = down.current.get(event.pointerId)
      down.current.delete(event.pointerId)
      if (was && moved.current < 8) tap(was.x, was.y)
    },
    onPointerCancel: (event: PointerEvent<HTMLCanvasElement>) => void down.current.delete(event.pointerId),
  }
}
