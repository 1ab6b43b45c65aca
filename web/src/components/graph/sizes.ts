import type { Density } from './graph-types.js'
import type { Point } from './layout.js'

/** Sizes of cards, known without measuring: so that a card off the screen needs no element of its own. */

export interface Size {
  readonly width: number
  readonly height: number
}

const BASE: Readonly<Record<Density, Size>> = {
  compact: { width: 176, height: 40 },
  normal: { width: 224, height: 60 },
  detailed: { width: 264, height: 88 },
}

const PORT_PITCH = 24
export const PORT_SIZE = 12

export const cardSize = (density: Density, ports: number): Size => {
  const { width, height } = BASE[density]
  return { width, height: Math.max(height, ports * PORT_PITCH + 12) }
}

/** Centre of the outlet at `index`, from the card's upper left corner. */
export const outletAt = ({ width, height }: Size, index: number, ports: number): Point => ({
  x: width,
  y: height / 2 + (index - (ports - 1) / 2) * PORT_PITCH,
})

export const inletAt = ({ height }: Size): Point => ({ x: 0, y: height / 2 })
