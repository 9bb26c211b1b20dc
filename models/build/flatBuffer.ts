/**
 * Reads one table of a FlatBuffer by field numbers, in the order of the schema (https://flatbuffers.dev/internals/).
 * A field that is not in the file reads as its default. Every offset is checked, so that a damaged file ends in
 * an error and not in an endless loop or a huge allocation.
 */
export class Table {
  constructor(
    private readonly view: DataView,
    private readonly position: number,
  ) {}

  static root(bytes: Uint8Array): Table {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    check(view, 0, 8);
    return new Table(view, view.getUint32(0, true));
  }

  int32(field: number, fallback = 0): number {
    const at = this.field(field, 4);
    return at ? this.view.getInt32(at, true) : fallback;
  }

  uint32(field: number, fallback = 0): number {
    const at = this.field(field, 4);
    return at ? this.view.getUint32(at, true) : fallback;
  }

  uint8(field: number, fallback = 0): number {
    const at = this.field(field, 1);
    return at ? this.view.getUint8(at) : fallback;
  }

  table(field: number): Table | undefined {
    const at = this.field(field, 4);
    return at ? new Table(this.view, this.follow(at)) : undefined;
  }

  tables(field: number): Table[] {
    const { start, length } = this.vector(field, 4);
    return Array.from({ length }, (_, i) => new Table(this.view, this.follow(start + 4 * i)));
  }

  int32s(field: number): number[] {
    const { start, length } = this.vector(field, 4);
    return Array.from({ length }, (_, i) => this.view.getInt32(start + 4 * i, true));
  }

  bytes(field: number): Uint8Array {
    const { start, length } = this.vector(field, 1);
    return new Uint8Array(this.view.buffer, this.view.byteOffset + start, length);
  }

  string(field: number): string {
    return new TextDecoder().decode(this.bytes(field));
  }

  /** Where a field's value lies, or 0 when the file leaves it out. */
  private field(field: number, size: number): number {
    check(this.view, this.position, 4);
    // A table starts with the distance back to its vtable: two lengths, then one 16-bit offset per field.
    const vtable = this.position - this.view.getInt32(this.position, true);
    check(this.view, vtable, 4);
    const entry = 4 + 2 * field;
    if (entry >= this.view.getUint16(vtable, true)) return 0;
    check(this.view, vtable + entry, 2);
    const offset = this.view.getUint16(vtable + entry, true);
    if (offset === 0) return 0;
    check(this.view, this.position + offset, size);
    return this.position + offset;
  }

  private follow(at: number): number {
    check(this.view, at, 4);
    return at + this.view.getUint32(at, true);
  }

  private vector(field: number, itemSize: number): { start: number; length: number } {
    const at = this.field(field, 4);
    if (!at) return { start: 0, length: 0 };
    const vector = this.follow(at);
    check(this.view, vector, 4);
    const length = this.view.getUint32(vector, true);
    check(this.view, vector + 4, length * itemSize);
    return { start: vector + 4, length };
  }
}

function check(view: DataView, start: number, size: number): void {
  if (start < 0 || start + size > view.byteLength) {
    throw new Error(`FlatBuffer is damaged: it points to byte ${start + size} of ${view.byteLength}`);
  }
}
