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

/** Room around the body in a container's frame; its title stands above. */
const FRAME_PADDING = 24
const FRAME_TITLE = 44
const LEAST_FRAME: Size = { width: 272, height: 132 }

/** Where a body begins in its frame: no place within is further left or higher. */
export const BODY_CORNER: Point = { x: FRAME_PADDING, y: FRAME_TITLE + 12 }

/** A frame as large as its body asks for. */
export const frameSize = (body: readonly (Point & Size)[]): Size => ({
  width: Math.max(LEAST_FRAME.width, ...body.map(({ x, width }) => x + width + FRAME_PADDING)),
  height: Math.max(LEAST_FRAME.height, ...body.map(({ y, height }) => y + height + FRAME_PADDING)),
})

/** Centre of the outlet at `index`, from the card's upper left corner. */
export const outletAt = ({ width, height }: Size, index: number, ports: number): Point => ({
  x: width,
  y: height / 2 + (index - (ports - 1) / 2) * PORT_PITCH,
})

export const inletAt = ({ height }: Size): Point => ({ x: 0, y: height / 2 })
