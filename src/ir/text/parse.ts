import { UserError } from "../errors.js";
import type { FixedType } from "../fixed-point.js";
import { gcd, type Ratio } from "../ratio.js";
import { sizeOf } from "../tensor.js";
import type { Attributes, Block, Document, Statement, Value } from "./document.js";
import { type Token, type TokenKind, tokenize } from "./lexer.js";

/** Parses the text of a language. Throws a UserError that names file and line. */
export function parseDocument(text: string, file: string): Document {
  return new Parser(tokenize(text, file), file).document();
}

class Parser {
  private position = 0;
  private readonly tokens: readonly Token[];
  private readonly file: string;

  constructor(tokens: readonly Token[], file: string) {
    this.tokens = tokens;
    this.file = file;
  }

  document(): Document {
    this.expectText("l1c");
    const language = this.expect("word").text;
    const name = this.string();
    const blocks: Block[] = [];
    while (this.peek().kind !== "end") blocks.push(this.block());
    return { language, name, blocks };
  }

  private block(): Block {
    const keyword = this.expect("word").text;
    const name = this.expect("word").text;
    // `module m {width = 3} {` has attributes; `module m {` has none.
    const hasAttributes =
      this.peek(0).text === "{" && this.peek(1).kind === "word" && this.peek(2).text === "=";
    const attributes = hasAttributes ? this.attributes() : {};
    this.expectText("{");
    const statements: Statement[] = [];
    const results: { name: string; value: string }[] = [];
    while (!this.accept("}")) {
      if (this.accept("return")) {
        const result = this.peek().kind === "string" ? this.string() : this.expect("word").text;
        this.expectText("=");
        results.push({ name: result, value: this.reference() });
      } else {
        statements.push(this.statement());
      }
    }
    return { keyword, name, attributes, statements, results };
  }

  private statement(): Statement {
    const names = [this.reference()];
    while (this.accept(",")) names.push(this.reference());
    const facts: Value[] = [];
    if (this.accept(":")) while (this.peek().text !== "=") facts.push(this.value());
    this.expectText("=");
    const operation = this.expect("word").text;
    this.expectText("(");
    const operands: string[] = [];
    while (!this.accept(")")) {
      if (operands.length > 0) this.expectText(",");
      operands.push(this.reference());
    }
    const attributes = this.peek().text === "{" ? this.attributes() : {};
    return { names, facts, operation, operands, attributes };
  }

  private attributes(): Attributes {
    this.expectText("{");
    const attributes = new Map<string, Value>();
    while (!this.accept("}")) {
      if (attributes.size > 0) this.expectText(",");
      const key = this.expect("word").text;
      if (attributes.has(key)) throw this.error(`attribute '${key}' is given twice`);
      this.expectText("=");
      attributes.set(key, this.value());
    }
    return Object.fromEntries(attributes);
  }

  private value(): Value {
    const token = this.peek();
    switch (token.kind) {
      case "integer":
        return this.integerOrInterval();
      case "real":
        this.position++;
        return Number(token.text);
      case "string":
        return this.string();
      case "word":
        return this.wordValue();
      default:
        if (token.text === "[") return this.list();
        if (token.text === "{") return { record: this.attributes() };
        throw this.error(`expected a value, found '${token.text}'`);
    }
  }

  private integerOrInterval(): Value {
    const lo = BigInt(this.expect("integer").text);
    return this.accept("..") ? { interval: { lo, hi: BigInt(this.expect("integer").text) } } : lo;
  }

  private wordValue(): Value {
    const word = this.expect("word").text;
    const next = this.peek().text;
    if ((word === "fixed" || word === "ufixed") && next === "<") return { type: this.type(word === "fixed") };
    if (word === "tensor" && next === "<") return this.tensor();
    if ((word === "channel" || word === "element") && next === "[") {
      return { granular: { per: word, items: this.list() } };
    }
    return word;
  }

  private type(signed: boolean): FixedType {
    this.expectText("<");
    const width = this.integer();
    this.expectText(",");
    const integer = this.integer();
    this.expectText(">");
    if (width < 0) throw this.error("the width of a type is not negative");
    return { signed, width, integer, ...(this.accept("*") && { scale: this.scale() }) };
  }

  /** `n/d`: what no power of two says. A type has one text, so the scale has one form. */
  private scale(): Ratio {
    const n = BigInt(this.expect("integer").text);
    this.expectText("/");
    const d = BigInt(this.expect("integer").text);
    const odd = n > 0n && d > 0n && n % 2n === 1n && d % 2n === 1n;
    if (!odd || gcd(n, d) !== 1n || n === d) {
      throw this.error(
        `the scale ${n}/${d} of a type is not two odd numbers in lowest terms, other than 1/1`,
      );
    }
    return { n, d };
  }

  /** `tensor<2x3>[1, 2, 3, 4, 5, 6]`: the shape is one or more words like `2` and `x3`. */
  private tensor(): Value {
    this.expectText("<");
    let text = "";
    while (!this.accept(">")) text += this.next().text;
    const shape = text === "" ? [] : text.split("x").map(Number);
    if (!/^(?:\d+(?:x\d+)*)?$/.test(text) || !shape.every(Number.isSafeInteger))
      throw this.error(`'${text}' is no shape`);
    const data = this.list() as readonly (bigint | number)[];
    if (data.length !== sizeOf(shape)) {
      throw this.error(`a tensor of shape ${text} has ${sizeOf(shape)} elements, found ${data.length}`);
    }
    if (data.some((item) => typeof item !== "bigint" && typeof item !== "number")) {
      throw this.error("a tensor holds numbers only");
    }
    return { tensor: { shape, data } };
  }

  private list(): readonly Value[] {
    this.expectText("[");
    const items: Value[] = [];
    while (!this.accept("]")) {
      if (items.length > 0) this.expectText(",");
      items.push(this.value());
    }
    return items;
  }

  private reference(): string {
    const text = this.expect("reference").text.slice(1);
    return text.startsWith('"') ? this.unquoted(text) : text;
  }

  private string(): string {
    return this.unquoted(this.expect("string").text);
  }

  private unquoted(text: string): string {
    try {
      return JSON.parse(text) as string;
    } catch {
      throw this.error(`${text} is no string: its escapes are those of JSON`);
    }
  }

  private integer(): number {
    return Number(this.expect("integer").text);
  }

  private peek(ahead = 0): Token {
    return this.tokens[Math.min(this.position + ahead, this.tokens.length - 1)] as Token;
  }

  private next(): Token {
    const token = this.peek();
    if (token.kind === "end") throw this.error("unexpected end of file");
    this.position++;
    return token;
  }

  private accept(text: string): boolean {
    const token = this.peek();
    if (token.text !== text || token.kind === "string" || token.kind === "end") return false;
    this.position++;
    return true;
  }

  private expect(kind: TokenKind): Token {
    const token = this.peek();
    if (token.kind !== kind)
      throw this.error(
        `expected ${kind === "integer" || kind === "end" ? "an" : "a"} ${kind}, found '${token.text}'`,
      );
    this.position++;
    return token;
  }

  private expectText(text: string): void {
    if (!this.accept(text)) throw this.error(`expected '${text}', found '${this.peek().text}'`);
  }

  private error(message: string): UserError {
    return new UserError(message, { where: `${this.file}:${this.peek().line}` });
  }
}
