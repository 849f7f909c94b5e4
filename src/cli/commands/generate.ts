import type { Command, CommandGroup } from "../command.js";
import { generateMuon } from "./generate-muon.js";
import { generateTracker } from "./generate-tracker.js";

export const generate: CommandGroup = {
  usage: "generate",
  describe: "make events by a toy Monte Carlo: muon, tracker",
  commands: [generateMuon, generateTracker] as readonly Command<object>[],
};
