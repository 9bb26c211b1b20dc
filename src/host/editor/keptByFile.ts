import { statSync } from 'node:fs';

/** What has been found out about files, as long as they are what they were; the oldest findings go first. */
export class KeptByFile<T> {
  private readonly kept = new Map<string, { stamp: string; value: T }>();

  constructor(
    private readonly most: number,
    private readonly drop: (value: T) => void = () => undefined,
  ) {}

  /** `detail` is whatever else the finding depends on. */
  get(file: string, detail: string, make: () => T): T {
    const stamp = stampOf(file);
    const key = `${file}\0${detail}`;
    const found = this.kept.get(key);
    if (found?.stamp === stamp) return found.value;
    this.forget(key);
    const value = make();
    this.kept.set(key, { stamp, value });
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.most) break;
      this.forget(oldest);
    }
    return value;
  }

  get values(): T[] {
    return [...this.kept.values()].map(({ value }) => value);
  }

  clear(): void {
    for (const key of [...this.kept.keys()]) this.forget(key);
  }

  private forget(key: string): void {
    const found = this.kept.get(key);
    this.kept.delete(key);
    if (found) this.drop(found.value);
  }
}

/** Size and time of writing; a file that is not there has a stamp of its own. */
function stampOf(file: string): string {
  try {
    const { size, mtimeMs } = statSync(file);
    return `${size} ${mtimeMs}`;
  } catch {
    return '';
  }
}
