import type { DoctorReport, FacesReport } from '../protocol/report';

/** A table of faces, or the whole report as JSON. */
export function printFaces(report: FacesReport, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const lines = report.faces.map(({ box, score, yaw, pitch, roll, age, gender }, i) => {
    const place = [box.x, box.y, box.width, box.height].map((value) => value.toFixed(0)).join(' ');
    const angles = [yaw, pitch, roll].map((value) => `${value.toFixed(0)}°`).join(' ');
    const person = [gender, age === undefined ? undefined : `about ${age.toFixed(0)} years`];
    return `${i}  box ${place}  score ${score.toFixed(2)}  yaw pitch roll ${angles}  ${person.filter(Boolean).join(', ')}`;
  });
  const found = report.faces.length === 1 ? '1 face' : `${report.faces.length} faces`;
  process.stdout.write(
    `${[`${found} in ${report.file} (${report.width}×${report.height})`, ...lines].join('\n')}\n`,
  );
}

export function printDoctor(report: DoctorReport, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  for (const { name, ok, detail, cure } of report.checks) {
    process.stdout.write(`${ok ? '✓' : '✗'} ${name}: ${detail}${cure === undefined ? '' : ` – ${cure}`}\n`);
  }
  process.stdout.write(report.ok ? 'Ready to swap.\n' : 'Something that is needed is missing; see above.\n');
}
