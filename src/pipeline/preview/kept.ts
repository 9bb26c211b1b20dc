/** Something that takes long to open, kept open until something else is wanted in its place. */
export class Kept<T> {
  private open: { key: string; value: T } | undefined;

  constructor(private readonly close: (value: T) => Promise<void> = () => Promise.resolve()) {}

  /** What is open now. */
  get value(): T | undefined {
    return this.open?.value;
  }

  async get(key: string, make: () => Promise<T>): Promise<T> {
    if (this.open?.key === key) return this.open.value;
    await this.forget();
    const value = await make();
    this.open = { key, value };
    return value;
  }

  async forget(): Promise<void> {
    const { open } = this;
    this.open = undefined;
    if (open) await this.close(open.value);
  }
}
