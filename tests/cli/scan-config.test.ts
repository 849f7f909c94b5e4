import { expect, it } from "vitest";
import { parse } from "yaml";
import { checkConfig } from "../../src/cli/config.js";
import { configWithBits } from "../../src/cli/scan-config.js";

const found = (node: string, tensor: "weights" | "activations", bits: number) => ({
  node,
  tensor,
  bits,
  metric: 0,
  below: undefined,
});

it("bits go into the options of their layer; names that YAML would misread are quoted", () => {
  const text = "quantize:\n  layers: # by hand\n    a: { weights: { per: tensor, bits: 9 } }\n";
  const config = checkConfig(parse(text), "l1c.yaml");
  const bits = [found("a", "weights", 3), found("b: [c]", "activations", 2), found("7", "weights", 4)];
  const written = configWithBits({ file: "l1c.yaml", text, config }, bits);
  expect(checkConfig(parse(written), "written").quantize).toEqual({
    layers: {
      a: { weights: { per: "tensor", bits: 3 } },
      "b: [c]": { activations: { bits: 2 } },
      "7": { weights: { bits: 4 } },
    },
  });
});

it("aliases are written out, since what they refer to may be replaced", () => {
  const text = "quantize:\n  layers:\n    a: { weights: &w { bits: 9 } }\n  activations: *w\n";
  const config = checkConfig(parse(text), "l1c.yaml");
  const written = configWithBits({ file: "l1c.yaml", text, config }, [found("a", "weights", 3)]);
  expect(parse(written)).toEqual({
    quantize: { layers: { a: { weights: { bits: 3 } } }, activations: { bits: 9 } },
  });
});

it("without a configuration there is one", () => {
  const config = checkConfig({}, "");
  const written = configWithBits({ file: undefined, text: undefined, config }, [found("a", "weights", 3)]);
  expect(written).toBe("quantize:\n  layers:\n    a: { weights: { bits: 3 } }\n");
});
