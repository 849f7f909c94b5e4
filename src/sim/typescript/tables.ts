import {
  StructureKind,
  VariableDeclarationKind,
  type VariableStatementStructure,
  type WriterFunction,
} from "ts-morph";

/** `/** comment *\/ const name = initializer;` */
export function constant(
  name: string,
  initializer: string | WriterFunction,
  comment?: string,
  type?: string,
): VariableStatementStructure {
  return {
    kind: StructureKind.VariableStatement,
    declarationKind: VariableDeclarationKind.Const,
    docs: comment === undefined ? [] : [comment],
    declarations: [{ name, initializer, type }],
  };
}
