/** Constants of the ZIP format: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.4. */
export const SIGNATURE = {
  local: 0x04034b50,
  descriptor: 0x08074b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  end64Locator: 0x07064b50,
} as const;
export const METHOD = { stored: 0, deflate: 8 } as const;
/** General purpose flags: bit 3, sizes follow in a data descriptor; bit 0, encrypted; bit 11, names in UTF-8. */
export const FLAG = { encrypted: 1, descriptor: 8, utf8: 0x800 } as const;
/** Header ID of the ZIP64 extra field. */
export const EXTRA_ZIP64 = 1;
/** Value of a 32-bit field whose true value stands in the ZIP64 extra field. */
export const FULL32 = 0xffffffff;
export const FULL16 = 0xffff;
/** MS-DOS date and time of every member: 1 January 1980, 0:00, so that same content gives same bytes. */
export const DOS_DATE = 0x21;
export const DOS_TIME = 0;

/** CRC-32 tables for eight bytes a step ("slicing by 8"), reflected polynomial 0xedb88320. */
const TABLES: readonly Int32Array[] = (() => {
  const tables = Array.from({ length: 8 }, () => new Int32Array(256));
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    tables[0][n] = c;
  }
  for (let n = 0; n < 256; n++) {
    for (let t = 1; t < 8; t++) {
      const c = tables[t - 1][n];
      tables[t][n] = (c >>> 8) ^ tables[0][c & 0xff];
    }
  }
  return tables;
})();
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES;

/** CRC-32 of `bytes` after data whose CRC-32 was `crc`; start with 0. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  let c = ~crc;
  let i = 0;
  for (; i + 8 <= bytes.length; i += 8) {
    const low = c ^ (bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
    c =
      T7[low & 0xff] ^
      T6[(low >>> 8) & 0xff] ^
      T5[(low >>> 16) & 0xff] ^
      T4[low >>> 24] ^
      T3[bytes[i + 4]] ^
      T2[bytes[i + 5]] ^
      T1[bytes[i + 6]] ^
      T0[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) c = (c >>> 8) ^ T0[(c ^ bytes[i]) & 0xff];
  return ~c >>> 0;
}
