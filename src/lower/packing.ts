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
    };
