import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DTYPES,
  type Dtype,
  decodeElements,
  encodeElements,
  formatNpyHeader,
  fromFortranOrder,
  parseNpyHeader,
} from "../../src/events/npy.js";
import { UserError } from "../../src/ir/errors.js";

/** A header of any version with any text, as a hostile or foreign writer would make it. */
function header(text: string, version = 1): Uint8Array {
  const body = new TextEncoder().encode(`${text}\n`);
  const prefix =
    version === 1 ? [body.length & 0xff, body.length >> 8] : [body.length & 0xff, body.length >> 8, 0, 0];
  return Uint8Array.from([0x93, ...new TextEncoder().encode("NUMPY"), version, 0, ...prefix, ...body]);
}
const parse = (text: string, version?: number) => parseNpyHeader(header(text, version), "x.npy");

describe("npy headers", () => {
  it("come back as they were written, on a boundary of 64 bytes", () => {
    const dtype = fc.constantFrom(...(Object.keys(DTYPES) as Dtype[]));
    fc.assert(
      fc.property(dtype, fc.array(fc.nat(5000), { maxLength: 4 }), (type, shape) => {
        const bytes = formatNpyHeader(type, shape);
        expect(bytes.length % 64).toBe(0);
        expect(parseNpyHeader(bytes, "x")).toEqual({ dtype: type, shape, length: bytes.length });
      }),
      { seed: 6 },
    );
  });

  it.each([1, 2, 3])("of version %i are read", (version) => {
    const found = parse("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }", version);
    expect(found).toMatchObject({ dtype: "float32", shape: [3, 4] });
  });

  it("are read in any order of keys and as Python 2 wrote them", () => {
    expect(parse("{'shape': (10L,), 'fortran_order': False, 'descr': '|b1'}")).toMatchObject({
      dtype: "bool",
      shape: [10],
    });
    expect(parse("{'shape': (), 'fortran_order': True, 'descr': '|u1'}").shape).toEqual([]);
    expect(parse("{'shape': (7, 1), 'fortran_order': True, 'descr': '=i4'}").dtype).toBe("int32");
  });

  it.each([
    ["'descr': '>f4', 'fortran_order': False, 'shape': (3,)", "'>f4' is not supported"],
    ["'descr': '|O', 'fortran_order': False, 'shape': (3,)", "'|O' is not supported"],
    ["'descr': '<f2', 'fortran_order': False, 'shape': (3,)", "'<f2' is not supported"],
    ["'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (3,)", "named fields"],
    ["'descr': '<f4', 'fortran_order': True, 'shape': (3, 4)", "Fortran order"],
    ["'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999)", "not usable"],
    ["'descr': '<f4', 'fortran_order': False", "cannot be read"],
    ["", "cannot be read"],
  ])("{%s} is refused: %s", (text, message) => {
    expect(() => parse(`{${text}}`)).toThrow(UserError);
    expect(() => parse(`{${text}}`)).toThrow(message);
  });

  it("that are garbage are refused, never believed and never a crash", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (noise, magic) => {
        const bytes = magic ? Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, ...noise]) : noise;
        expect(() => parseNpyHeader(bytes, "x.npy")).toThrow(UserError);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe("Fortran order", () => {
  it("is told where it is allowed and matters", () => {
    const text = (shape: string) => `{'descr': '<f4', 'fortran_order': True, 'shape': (${shape}), }`;
    const read = (shape: string) => parseNpyHeader(header(text(shape)), "x.npy", true).fortranOrder;
    expect([read("3, 4"), read("3, 1"), read("3,")]).toEqual([true, undefined, undefined]);
  });

  it("becomes row-major order", () => {
    expect(fromFortranOrder(Int16Array.of(0, 3, 1, 4, 2, 5), [2, 3])).toEqual(
      Int16Array.of(0, 1, 2, 3, 4, 5),
    );
    const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(shapes, (shape) => {
        const size = shape.reduce((product, n) => product * n, 1);
        const rowMajor = Int32Array.from({ length: size }, (_, i) => i);
        const fortran = new Int32Array(size);
        rowMajor.forEach((value, i) => {
          let [rest, at] = [i, 0];
          const index = shape.toReversed().map((n) => {
            const digit = rest % n;
            rest = Math.floor(rest / n);
            return digit;
          });
          index.forEach((digit, axis) => {
            at = at * (shape.at(-1 - axis) as number) + digit;
          });
          fortran[at] = value;
        });
        expect(fromFortranOrder(fortran, shape)).toEqual(rowMajor);
      }),
    );
  });
});

describe("elements", () => {
  it("come back as they were, from bytes at any alignment", () => {
    for (const [dtype, { array: Elements, bytes: width }] of Object.entries(DTYPES)) {
      const data = new Uint8Array(3 + 4 * width).map((_, i) => (dtype === "bool" ? i & 1 : i * 29));
      const elements = decodeElements(dtype as Dtype, data.subarray(3));
      expect(elements).toBeInstanceOf(Elements);
      expect(elements).toHaveLength(4);
      expect(encodeElements(elements)).toEqual(data.slice(3));
    }
  });
});
