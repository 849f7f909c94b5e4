/** Disjoint sets of names; a name that was never joined is a set of its own. */
export class DisjointSets {
  private readonly parents = new Map<string, string>();

  /** The name that stands for the set that a name is in. */
  of(name: string): string {
    let root = name;
    for (let up = this.parents.get(root); up !== undefined; up = this.parents.get(root)) root = up;
    if (root !== name) this.parents.set(name, root);
    return root;
  }

  join(a: string, b: string): void {
    const [first, second] = [this.of(a), this.of(b)];
    if (first !== second) this.parents.set(second, first);
  }
}
