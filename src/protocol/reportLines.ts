import { english } from './translate';
import type { VerifyReport } from './verify';
import { verifyHeadline, verifySections, type ReportSection } from './verifyText';

const signs = { good: '✓', warning: '!', bad: '✗', plain: '·' };

/** A report in lines of plain text, in English. */
export function reportLines(report: VerifyReport): string[] {
  const sections = verifySections(report, english).map(sectionLines);
  return [verifyHeadline(report, english), ...sections.flatMap((lines) => ['', ...lines])];
}

function sectionLines({ title, rows, table }: ReportSection): string[] {
  const lines = [title];
  for (const { mark, text, cure } of rows) {
    lines.push(`  ${signs[mark]} ${text}`);
    if (cure !== undefined) lines.push(`    → ${cure}`);
  }
  if (!table) return lines;
  const all = [table.head, ...table.rows];
  const widths = table.head.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  for (const row of all) {
    const cells = row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])));
    lines.push(`  ${cells.join('  ')}`);
  }
  return lines;
}
