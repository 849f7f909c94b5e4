import yargs, { type Argv } from "yargs";
import { Parser } from "yargs/helpers";
import { UserError } from "../ir/errors.js";
import { type Command, type CommandGroup, EXIT, type ExitCode } from "./command.js";
import { commands } from "./commands/index.js";
import { createOutput } from "./output.js";

/** Reports what went wrong on stderr (and, with `--json`, as an object on stdout); returns the exit code. */
function report(error: unknown, json: boolean): ExitCode {
  const isUser = error instanceof UserError;
  const message = isUser ? error.format() : error instanceof Error ? error.message : String(error);
  process.stderr.write(`l1c: ${isUser ? "" : "internal error: "}${message}\n`);
  if (!isUser) {
    if (error instanceof Error && error.stack !== undefined) process.stderr.write(`${error.stack}\n`);
    process.stderr.write("This is a bug in l1c: please report it with the command that led here.\n");
  }
  if (json) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
  return isUser ? error.exitCode : EXIT.checkFailed;
}

/** True when `--json` is asked for, in any of its spellings: known even where the command line is refused. */
function wantsJson(args: readonly string[]): boolean {
  return Parser([...args], { boolean: ["json"], configuration: CONFIGURATION }).json === true;
}

/** Options have no parts (--limit.x) and no opposites (--no-output): such are refused as unknown. */
const CONFIGURATION = { "dot-notation": false, "boolean-negation": false };

/**
 * Refuses an option without its value, as in `--limit=$N` with an empty N: yargs takes it as 0 or as not given at all. What follows an
 * option is its value unless it begins another one; of yes and no only `true` and `false` are.
 */
function checkValues(args: readonly string[], options: Readonly<Record<string, unknown>>): void {
  const end = args.indexOf("--");
  for (const [i, arg] of args.slice(0, end < 0 ? undefined : end).entries()) {
    const [, dashes, name, equals, own = ""] = /^(--?)([A-Za-z][\w-]*)(=?)(.*)$/s.exec(arg) ?? [];
    if (name === undefined || !(name in options)) continue;
    const where = `${dashes}${name}`;
    if (typeof options[name] === "boolean") {
      if (equals === "" || own === "true" || own === "false") continue;
      throw new UserError(`'${own}' is neither true nor false`, { where, hint: "Give the option alone." });
    }
    const value = equals === "" ? (args[i + 1] ?? "") : own;
    if (value.trim() === "" || (equals === "" && /^--?[A-Za-z]/.test(value)))
      throw new UserError("no value is given", { where, hint: "Give one, or leave the option out." });
  }
}

/** Refuses an empty name, a number that is none, and an option given more than once that does not take several values. */
function checkOptions(options: object, repeatable: readonly string[] = []): void {
  for (const [key, value] of Object.entries(options)) {
    // Aliases (o) and spellings that yargs adds (clockMhz) are there as well; the name itself has neither form.
    if (!/^[a-z][a-z-]+$/.test(key)) continue;
    // Empty options are refused before: this is what stands by itself, as in `l1c compile "$MODEL"` without a model.
    if (typeof value === "string" && value.trim() === "")
      throw new UserError("its name is empty", { where: key, hint: "Name a file or folder." });
    const where = `--${key}`;
    if (Array.isArray(value) && !repeatable.includes(key))
      throw new UserError("the option is given more than once", { where, hint: "Give it once." });
    if (Number.isNaN(value)) throw new UserError("what is given is no number", { where });
  }
}

/**
 * Runs one command line (without the program's name) and returns the exit code. Results go to stdout, everything else
 * to stderr.
 */
export async function run(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.good;
  let argv = yargs([...args])
    .scriptName("l1c")
    .usage("$0 <command> [options]")
    .option("json", {
      type: "boolean",
      default: false,
      global: true,
      describe: "print one JSON object on stdout",
    })
    .demandCommand(1, "Name a command.")
    .strict()
    .parserConfiguration(CONFIGURATION)
    .exitProcess(false)
    .wrap(110)
    .fail((message, error) => {
      throw error ?? new UserError(message, { hint: "l1c --help lists the commands and their options." });
    });
  const declare = (parser: Argv, command: Command<object> | CommandGroup): Argv => {
    const { usage, describe } = command;
    if ("commands" in command) {
      const names = command.commands.map((one) => one.usage).join(", ");
      const hint = `Name one of: ${names}.`;
      return parser.command(usage, describe, (y) =>
        command.commands.reduce(declare, y).command(
          "$0 [name]",
          false,
          (other) => other.strict(false),
          ({ name }) => {
            throw new UserError(name === undefined ? "a name is missing" : `there is no '${name}'`, {
              where: usage,
              hint,
            });
          },
        ),
      );
    }
    const { options: declareOptions, repeatable, run: work } = command;
    return parser.command(usage, describe, declareOptions, async (options) => {
      checkValues(args, options as Readonly<Record<string, unknown>>);
      checkOptions(options, repeatable);
      code = await work(options, createOutput((options as { json?: boolean }).json === true));
    });
  };
  argv = (commands as readonly (Command<object> | CommandGroup)[]).reduce(
    declare,
    argv as Argv,
  ) as typeof argv;
  try {
    await argv.parseAsync();
    return code;
  } catch (error) {
    return report(error, wantsJson(args));
  }
}
