/** The parts of jsroot that are used; the package itself declares its modules without types. */

declare module "jsroot/io" {
  /** Random access to the bytes of a file, for `openFile`. */
  export class FileProxy {
    openFile(): Promise<boolean>;
    getFileName(): string;
    getFileSize(): number;
    readBuffer(position: number, size: number): Promise<DataView | null>;
    closeFile(): void;
  }
  export interface RootKey {
    readonly fName: string;
    readonly fClassName: string;
  }
  export interface RootDirectory {
    readonly fKeys: readonly RootKey[];
    readObject(name: string): Promise<unknown>;
  }
  export function openFile(proxy: FileProxy): Promise<RootDirectory | null | false>;
}

declare module "jsroot/tree" {
  export interface RootBranch {
    readonly fName: string;
  }
  export interface RootTree {
    readonly fName: string;
    readonly fEntries: number;
    readonly fBranches: { readonly arr: readonly RootBranch[] };
  }
  export class TSelector {
    readonly tgtobj: Record<string, unknown>;
    addBranch(branch: string): number;
    Process(entry: number): void;
    Abort(): void;
  }
  export function treeProcess(
    tree: RootTree,
    selector: TSelector,
    args?: { readonly firstentry?: number; readonly numentries?: number },
  ): Promise<unknown>;
}
