import { ts } from "ts-morph";
import { InternalError } from "../../ir/errors.js";

/** TypeScript text to the text of a JavaScript module: the types are taken away, nothing else changes. */
export function transpile(text: string): string {
  const { outputText, diagnostics } = ts.transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const [first] = diagnostics ?? [];
  if (first !== undefined) {
    throw new InternalError(
      `the golden model is not valid: ${ts.flattenDiagnosticMessageText(first.messageText, "\n")}`,
    );
  }
  return outputText;
}
