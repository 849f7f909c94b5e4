import { UserError } from "../../ir/errors.js";
import type { External } from "./external.js";
import { type AttributeProto, AttributeProto_AttributeType as Type } from "./proto/onnx_pb.js";
import { readTensor } from "./tensor-proto.js";
import type { Constant } from "./values.js";

const TYPES: ReadonlyMap<number, string> = new Map(
  Object.entries(Type).map(([name, code]) => [code, name.toLowerCase()]),
);

/** The attributes of a node. Every getter throws a UserError when an attribute is there with another type. */
export class Attributes {
  readonly #all: ReadonlyMap<string, AttributeProto>;
  readonly #where: string;
  readonly #external: External;

  constructor(protos: readonly AttributeProto[], where: string, external: External) {
    this.#all = new Map(protos.map((proto) => [proto.name, proto]));
    this.#where = where;
    this.#external = external;
    if (this.#all.size < protos.length) throw new UserError("two attributes have one name", { where });
    for (const proto of protos) {
      if (proto.refAttrName !== "") {
        throw new UserError(`its attribute '${proto.name}' refers to one of a function`, { where });
      }
    }
  }

  has(name: string): boolean {
    return this.#all.has(name);
  }

  names(): readonly string[] {
    return [...this.#all.keys()];
  }

  int(name: string): number | undefined;
  int(name: string, fallback: number): number;
  int(name: string, fallback?: number): number | undefined {
    const proto = this.#get(name, Type.INT);
    return proto === undefined ? fallback : this.#integer(proto.i, name);
  }

  flag(name: string, fallback: boolean): boolean {
    return this.int(name, fallback ? 1 : 0) !== 0;
  }

  /** The exact value of the file's float32. */
  float(name: string): number | undefined;
  float(name: string, fallback: number): number;
  float(name: string, fallback?: number): number | undefined {
    const value = this.bound(name) ?? fallback;
    if (value === undefined || Number.isFinite(value)) return value;
    throw new UserError(`its attribute '${name}' is ${value}`, { where: this.#where });
  }

  /** Like `float`, for what may be infinite. */
  bound(name: string): number | undefined {
    const value = this.#get(name, Type.FLOAT)?.f;
    if (!Number.isNaN(value)) return value;
    throw new UserError(`its attribute '${name}' is NaN`, { where: this.#where });
  }

  ints(name: string): readonly number[] | undefined {
    const proto = this.#get(name, Type.INTS);
    return proto?.ints.map((value) => this.#integer(value, name));
  }

  floats(name: string): readonly number[] | undefined {
    return this.#get(name, Type.FLOATS)?.floats;
  }

  text(name: string): string | undefined;
  text(name: string, fallback: string): string;
  text(name: string, fallback?: string): string | undefined {
    const proto = this.#get(name, Type.STRING);
    return proto === undefined ? fallback : new TextDecoder().decode(proto.s);
  }

  tensor(name: string): Constant | undefined {
    const proto = this.#get(name, Type.TENSOR);
    if (proto === undefined) return undefined;
    const where = `${this.#where}: ${name}`;
    if (proto.t === undefined) throw new UserError("the tensor is missing", { where });
    return readTensor(proto.t, where, this.#external);
  }

  /** One of some texts. */
  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const found = this.text(name, fallback);
    const known = allowed.find((text) => text === found);
    if (known !== undefined) return known;
    throw new UserError(`its attribute '${name}' is '${found.slice(0, 40)}'`, {
      where: this.#where,
      hint: `Supported: ${allowed.join(", ")}.`,
    });
  }

  #integer(value: bigint, name: string): number {
    const number = Number(value);
    // Ends of slices may be the largest 64-bit number; elsewhere such numbers are refused by what they are used for.
    if (Number.isSafeInteger(number)) return number;
    if (Math.abs(number) >= 2 ** 62) return number;
    throw new UserError(`its attribute '${name}' is ${value}`, { where: this.#where });
  }

  #get(name: string, type: number): AttributeProto | undefined {
    const proto = this.#all.get(name);
    // Files of the first version of the format do not state the type.
    if (proto === undefined || proto.type === type || proto.type === Type.UNDEFINED) return proto;
    throw new UserError(
      `its attribute '${name}' should be ${TYPES.get(type)}, found ${TYPES.get(proto.type) ?? proto.type}`,
      { where: this.#where },
    );
  }
}
