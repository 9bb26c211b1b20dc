/** Makes libraries that hold nothing but what their tables say: enough for whoever reads those, not to be loaded. */

/** A 64-bit ELF file that wants other libraries; `text` lies in it between zeros. */
export function elfLibrary(needed: readonly string[], text = ''): Buffer {
  const names = ['', ...needed, text];
  const table = Buffer.from(`${names.join('\0')}\0`, 'latin1');
  const offsetOf = (index: number) => names.slice(0, index).reduce((sum, name) => sum + name.length + 1, 0);
  // Addresses differ from positions, as they do in real files.
  const [headers, base] = [64 + 2 * 56, 0x10000];
  const entries = [...needed.map((_, i) => [1, offsetOf(i + 1)]), [5, base + headers], [0, 0]];
  const dynamic = Buffer.alloc(16 * entries.length);
  entries.forEach(([tag, value], i) => {
    dynamic.writeBigInt64LE(BigInt(tag), 16 * i);
    dynamic.writeBigUInt64LE(BigInt(value), 16 * i + 8);
  });
  const size = headers + table.length + dynamic.length;
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(process.arch === 'arm64' ? 183 : 62, 0x12);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(2, 56);
  const segment = (type: number, offset: number, length: number) => {
    const entry = Buffer.alloc(56);
    entry.writeUInt32LE(type, 0);
    [offset, base + offset, base + offset, length, length].forEach((value, i) =>
      entry.writeBigUInt64LE(BigInt(value), 8 + 8 * i),
    );
    return entry;
  };
  return Buffer.concat([
    header,
    segment(1, 0, size),
    segment(2, headers + table.length, dynamic.length),
    table,
    dynamic,
  ]);
}

/** A 64-bit PE file with imports. */
export function peLibrary(imports: readonly string[]): Buffer {
  const [start, optionalSize, address, offset] = [128, 240, 0x1000, 1024];
  const directory = Buffer.alloc(20 * (imports.length + 1));
  let name = directory.length;
  imports.forEach((text, i) => {
    directory.writeUInt32LE(address + name, 20 * i + 12);
    name += text.length + 1;
  });
  const section = Buffer.concat([directory, Buffer.from(`${imports.join('\0')}\0`, 'latin1')]);
  const file = Buffer.alloc(offset + section.length);
  file.write('MZ', 0, 'latin1');
  file.writeUInt32LE(start, 60);
  file.write('PE\0\0', start, 'latin1');
  file.writeUInt16LE(1, start + 6);
  file.writeUInt16LE(optionalSize, start + 20);
  const optional = start + 24;
  file.writeUInt16LE(0x20b, optional);
  file.writeUInt32LE(address, optional + 120);
  const table = optional + optionalSize;
  file.writeUInt32LE(address, table + 12);
  file.writeUInt32LE(section.length, table + 16);
  file.writeUInt32LE(offset, table + 20);
  section.copy(file, offset);
  return file;
}
