import { type MessagePort, parentPort } from "node:worker_threads";
import { type SharedSearch, takePart } from "./shared-search.js";

/** A search, and where this thread's answers go. */
export interface SearchMessage {
  readonly search: SharedSearch;
  readonly port: MessagePort;
}

parentPort?.on("message", ({ search, port }: SearchMessage) => {
  takePart(search, (answer) => port.postMessage(answer));
  port.close();
});
