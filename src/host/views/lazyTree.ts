import * as vscode from 'vscode';

/**
 * A tree whose contents are made when somebody looks at it for the first time: a view must be registered when the extension
 * awakes, and awaking is to cost nothing.
 */
export class LazyTree<T, Tree extends vscode.TreeDataProvider<T>> implements vscode.TreeDataProvider<T> {
  private readonly changed = new vscode.EventEmitter<T | T[] | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private made: Promise<Tree> | undefined;

  constructor(private readonly make: () => Promise<Tree>) {}

  /** The tree itself. */
  get tree(): Promise<Tree> {
    this.made ??= this.make().then((tree) => {
      tree.onDidChangeTreeData?.((element) => this.changed.fire(element ?? undefined));
      return tree;
    });
    return this.made;
  }

  async getTreeItem(element: T): Promise<vscode.TreeItem> {
    return (await this.tree).getTreeItem(element);
  }

  async getChildren(element?: T): Promise<T[]> {
    return (await (await this.tree).getChildren(element)) ?? [];
  }
}
