import { FileProxy, openFile, type RootDirectory } from "jsroot/io";
import { type RootTree, TSelector, treeProcess } from "jsroot/tree";
import { UserError } from "../ir/errors.js";
import type { ByteSource } from "./bytes.js";

/** One entry of a tree: each branch's value, numbers or (nested) lists of numbers. */
export type TreeEntry<Branch extends string> = Readonly<Record<Branch, unknown>>;

/** A tree of which some branches can be read. */
export interface TreeReader<Branch extends string> {
  readonly entries: number;
  /** Entries `first` … `first + count − 1`. */
  read(first: number, count: number): Promise<readonly TreeEntry<Branch>[]>;
}

/** jsroot's view of a byte source. */
class SourceProxy extends FileProxy {
  readonly #source: ByteSource;
  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }
  override openFile = async (): Promise<boolean> => true;
  override getFileName = (): string => this.#source.name;
  override getFileSize = (): number => this.#source.size;
  override readBuffer = async (position: number, size: number): Promise<DataView> => {
    const end = Math.min(position + size, this.#source.size);
    // Asked for what lies beyond the end, jsroot gets what there is: it asks for more than the header needs.
    const bytes = end > position ? await this.#source.read(position, end - position) : new Uint8Array();
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  };
}

/** What jsroot reports, whatever it throws, as a user's mistake: it reads files only, so the file is at fault. */
async function orUserError<T>(where: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const detail = error instanceof Error ? ` (${error.message})` : "";
    throw new UserError(`${what}${detail}`, {
      where,
      hint: "The file may be truncated or no ROOT file; make or copy it again.",
    });
  }
}

const isDirectory = (value: unknown): value is RootDirectory =>
  typeof value === "object" && value !== null && Array.isArray((value as RootDirectory).fKeys);

/** All trees of a file, folders within folders included, with their paths. */
async function findTrees(directory: RootDirectory, path = "", depth = 4): Promise<[string, RootTree][]> {
  const trees: [string, RootTree][] = [];
  for (const key of directory.fKeys) {
    const name = path + key.fName;
    if (key.fClassName === "TTree" || key.fClassName === "TNtuple") {
      trees.push([name, (await directory.readObject(key.fName)) as RootTree]);
    } else if (key.fClassName.startsWith("TDirectory") && depth > 0) {
      const inner = await directory.readObject(key.fName);
      if (isDirectory(inner)) trees.push(...(await findTrees(inner, `${name}/`, depth - 1)));
    }
  }
  return trees;
}

/**
 * Checks the file's length against its header: magic "root", version, and fEND, the end of the last record, as
 * 32 bits or, for versions from 1,000,000 on, 64 bits, big-endian (ROOT's TFile, "File header").
 */
async function checkHeader(source: ByteSource): Promise<void> {
  const bytes = await source.read(0, Math.min(20, source.size));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 20 || view.getUint32(0) !== 0x726f6f74) {
    throw new UserError("this is no ROOT file", { where: source.name });
  }
  const end = view.getInt32(4) >= 1_000_000 ? Number(view.getBigUint64(12)) : view.getUint32(12);
  if (end > source.size) {
    throw new UserError(`the file is truncated: it has ${source.size} bytes, its header promises ${end}`, {
      where: source.name,
      hint: "Copy it again.",
    });
  }
}

/**
 * Opens the first tree of a ROOT file that has all of `branches`. UserError if the file is damaged or no ROOT
 * file, or if no tree has them; the message then names the branches that the nearest tree lacks.
 */
export async function openTree<Branch extends string>(
  source: ByteSource,
  branches: readonly Branch[],
): Promise<TreeReader<Branch>> {
  const where = source.name;
  await checkHeader(source);
  const trees = await orUserError(where, "this ROOT file cannot be opened", async () => {
    const file = await openFile(new SourceProxy(source));
    if (!file) throw new Error("no keys found");
    return findTrees(file);
  });
  const missing = trees.map(([, tree]) => {
    const has = new Set(tree?.fBranches?.arr?.map((branch) => branch.fName) ?? []);
    return branches.filter((branch) => !has.has(branch));
  });
  const best = missing.reduce((a, m, i) => (a < 0 || m.length < missing[a].length ? i : a), -1);
  if (best < 0) throw new UserError("there is no tree in this ROOT file", { where });
  const [path, tree] = trees[best];
  if (missing[best].length > 0) {
    const lacking = missing[best];
    const names =
      lacking.length > 3
        ? `${lacking.slice(0, 3).join(", ")} and ${lacking.length - 3} more`
        : lacking.join(", ");
    throw new UserError(`tree '${path}' has no branch ${names}`, {
      where,
      hint: "ME0 ntuples with simulated hits and digis (me0_sim_hit_*, me0_digi_hit_*) can be read.",
    });
  }

  return {
    entries: tree.fEntries,
    read: (first, count) =>
      orUserError(where, `tree '${path}' cannot be read from entry ${first} on`, async () => {
        const wanted = Math.min(count, tree.fEntries - first);
        const entries: TreeEntry<Branch>[] = [];
        const selector = new TSelector();
        for (const branch of branches) selector.addBranch(branch);
        selector.Process = () => {
          // jsroot fills the same object again for every entry, the lists inside it anew.
          entries.push({ ...selector.tgtobj } as TreeEntry<Branch>);
        };
        await treeProcess(tree, selector, { firstentry: first, numentries: wanted });
        if (entries.length !== wanted) throw new Error(`${entries.length} of ${wanted} entries read`);
        return entries;
      }),
  };
}
