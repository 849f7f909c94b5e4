/** A data port of the firmware. */
export interface HarnessPort {
  /** The name in the Verilog. */
  readonly port: string;
  readonly width: number;
}

/** The firmware's data ports, in the order of a clock's fields in stimulus and record. */
export interface HarnessPorts {
  readonly inputs: readonly HarnessPort[];
  readonly outputs: readonly HarnessPort[];
}

/**
 * The C++ program around a verilated model: it plays a stimulus file clock by clock and records the outputs. It knows
 * nothing of events, so it cannot hide a difference. Registers start at random values: only reset, for `resetClocks` clocks,
 * may matter.
 */
export function verilatorHarness(
  top: string,
  { inputs, outputs }: HarnessPorts,
  resetClocks: number,
): string {
  return `// Plays a stimulus clock by clock into the firmware and records its outputs.
#include "V${top}.h"
#include "verilated.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

static int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

// Both read the digits up to the next space and step over it.
template <class Port> void load(Port& port, const char*& hex) {
  uint64_t value = 0;
  for (; *hex && *hex != ' '; hex++) value = value << 4 | digit(*hex);
  if (*hex) hex++;
  port = static_cast<Port>(value);
}
template <std::size_t Words> void load(VlWide<Words>& port, const char*& hex) {
  for (std::size_t i = 0; i < Words; i++) port[i] = 0;
  const std::size_t length = std::strcspn(hex, " ");
  for (std::size_t i = 0; i < length; i++) {
    port[i / 8] |= static_cast<uint32_t>(digit(hex[length - 1 - i])) << (4 * (i % 8));
  }
  hex += length;
  if (*hex) hex++;
}
template <class Port> void store(const Port& port, FILE* file) {
  std::fprintf(file, " %llx", static_cast<unsigned long long>(port));
}
template <std::size_t Words> void store(const VlWide<Words>& port, FILE* file) {
  std::fputc(' ', file);
  for (std::size_t i = Words; i-- > 0;) std::fprintf(file, "%08x", static_cast<unsigned>(port[i]));
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  FILE* in = std::fopen(argv[1], "r");
  FILE* out = std::fopen(argv[2], "w");
  if (!in || !out) return 2;
  VerilatedContext context;
  context.randReset(2);
  context.randSeed(std::atoi(argv[3]));
  V${top} top{&context};
  const auto clock = [&] {
    top.clk = 0;
    top.eval();
    top.clk = 1;
    top.eval();
  };
  top.rst = 1;
  top.in_valid = 0;
  top.in_first = 0;
  for (int i = 0; i < ${resetClocks}; i++) clock();
  top.rst = 0;
  char* line = nullptr;
  std::size_t size = 0;
  // Grows the line as it needs: a port may have any number of bits.
  while (getline(&line, &size, in) > 0) {
    line[std::strcspn(line, "\\n")] = 0;
    top.in_valid = line[0] == '1';
    top.in_first = line[1] == '1';
    const char* data = line + 3;
${inputs.map(({ port }) => `    load(top.${port}, data);`).join("\n")}
    // What the outputs show before the edge belongs to the inputs before it.
    top.clk = 0;
    top.eval();
    std::fprintf(out, "%d%d", top.out_valid, top.out_first);
    if (top.out_valid) {
${outputs.map(({ port }) => `      store(top.${port}, out);`).join("\n")}
    }
    std::fputc('\\n', out);
    top.clk = 1;
    top.eval();
  }
  std::free(line);
  top.final();
  return std::fclose(out) == 0 ? 0 : 2;
}
`;
}
