import { sizeOf } from "../ir/tensor.js";

/** One element in the bits of a beat. */
export interface Field {
  readonly low: number;
  /** 0 for an element that takes no bits. */
  readonly width: number;
  readonly signed: boolean;
}

/** Where one element of a tensor lies: the beat of the event (0 first) and its bits in it. */
export interface Place extends Field {
  readonly beat: number;
}

/** How a tensor lies in the beats of an event. */
export type PortPacking =
  /** The whole tensor in one beat; a field for each element, row-major. */
  | { readonly kind: "parallel"; readonly fields: readonly Field[] }
  /**
   * An image (rows, columns, channels) along one axis (0 rows, 1 columns), `columns` columns a beat: column by column,
   * in a column site by site across it, in a site channel by channel; the first one lowest. Of the last beat of an
   * event, only the lowest `last` columns belong to the image.
   */
  | {
      readonly kind: "stream";
      readonly shape: readonly [rows: number, columns: number, channels: number];
      readonly along: 0 | 1;
      readonly columns: number;
      readonly last: number;
      /** A field for each channel of a site. */
      readonly fields: readonly Field[];
      readonly siteBits: number;
    }
  /**
   * An image whose pixels come one by one, row by row: pixel (r, c) in beat r · rowPeriod + c · columnPeriod of the
   * event's `beats`. The other beats carry no pixel.
   */
  | {
      readonly kind: "raster";
      readonly shape: readonly number[];
      /** Which axes of the shape are rows and columns; the others, in their order, are those of a pixel. */
      readonly axes: readonly [rows: number, columns: number];
      readonly rowPeriod: number;
      readonly columnPeriod: number;
      readonly beats: number;
      /** A field for each element of a pixel, row-major. */
      readonly fields: readonly Field[];
    }
  /**
   * Items, the edges or nodes of a graph, along one axis: `lanes` a beat, the first one lowest, from the first of the event's
   * `beats` on. Without an axis the whole tensor is one item. The other beats, and the other lanes of the last one with items,
   * carry nothing.
   */
  | {
      readonly kind: "items";
      readonly shape: readonly number[];
      readonly axis?: number;
      readonly lanes: number;
      readonly beats: number;
      /** A field for each element of an item, row-major. */
      readonly fields: readonly Field[];
    };

/** Bits of the port; at least one. Bits that belong to no field may be anything. */
export function packingWidth(packing: PortPacking): number {
  if (packing.kind === "stream") return packing.columns * columnBits(packing);
  const bits = packing.fields.reduce((most, { low, width }) => Math.max(most, low + width), 0);
  return Math.max(1, packing.kind === "items" ? packing.lanes * bits : bits);
}

/** Beats of an event. */
export function packingBeats(packing: PortPacking): number {
  if (packing.kind === "raster" || packing.kind === "items") return packing.beats;
  return packing.kind === "stream" ? Math.ceil(packing.shape[packing.along] / packing.columns) : 1;
}

/** Elements of the tensor. */
export function packingSize(packing: PortPacking): number {
  return packing.kind === "parallel" ? packing.fields.length : sizeOf(packing.shape);
}

/** Where the element with row-major index `element` lies. */
export function placeOf(packing: PortPacking, element: number): Place {
  if (packing.kind === "parallel") return { beat: 0, ...(packing.fields[element] as Field) };
  if (packing.kind === "raster") return placeInRaster(packing, element);
  if (packing.kind === "items") return placeInItems(packing, element);
  const [, columns, channels] = packing.shape;
  const channel = element % channels;
  const site = Math.floor(element / channels);
  const [row, column] = [Math.floor(site / columns), site % columns];
  const [along, across] = packing.along === 1 ? [column, row] : [row, column];
  const { low, width, signed } = packing.fields[channel] as Field;
  const start = (along % packing.columns) * columnBits(packing) + across * packing.siteBits;
  return { beat: Math.floor(along / packing.columns), low: start + low, width, signed };
}

function placeInRaster(
  { shape, axes, rowPeriod, columnPeriod, fields }: Extract<PortPacking, { kind: "raster" }>,
  element: number,
): Place {
  let [rest, beat, inPixel, step] = [element, 0, 0, 1];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number;
    const index = rest % length;
    rest = Math.floor(rest / length);
    if (axis === axes[0]) beat += index * rowPeriod;
    else if (axis === axes[1]) beat += index * columnPeriod;
    else {
      inPixel += index * step;
      step *= length;
    }
  }
  return { beat, ...(fields[inPixel] as Field) };
}

function placeInItems(
  { shape, axis, lanes, fields }: Extract<PortPacking, { kind: "items" }>,
  element: number,
): Place {
  if (axis === undefined) return { beat: 0, ...(fields[element] as Field) };
  const behind = sizeOf(shape.slice(axis + 1));
  const length = shape[axis] as number;
  const item = Math.floor(element / behind) % length;
  const inItem = Math.floor(element / (behind * length)) * behind + (element % behind);
  const bits = fields.reduce((most, { low, width }) => Math.max(most, low + width), 0);
  const { low, width, signed } = fields[inItem] as Field;
  return { beat: Math.floor(item / lanes), low: (item % lanes) * bits + low, width, signed };
}

/** The places of all elements, row-major, for loops over many events. */
export interface Places {
  readonly beat: Int32Array;
  readonly low: Int32Array;
  readonly width: Int32Array;
  /** 1 where the element is signed. */
  readonly signed: Uint8Array;
}

export function placesOf(packing: PortPacking): Places {
  const size = packingSize(packing);
  const places = {
    beat: new Int32Array(size),
    low: new Int32Array(size),
    width: new Int32Array(size),
    signed: new Uint8Array(size),
  };
  for (let element = 0; element < size; element++) {
    const { beat, low, width, signed } = placeOf(packing, element);
    places.beat[element] = beat;
    places.low[element] = low;
    places.width[element] = width;
    places.signed[element] = signed ? 1 : 0;
  }
  return places;
}

function columnBits({ shape, along, siteBits }: Extract<PortPacking, { kind: "stream" }>): number {
  return shape[along === 1 ? 0 : 1] * siteBits;
}
