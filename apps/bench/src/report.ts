import { arch, cpus, platform, totalmem } from 'node:os';

/** One measured line: what, and its figures by column. */
export type Row = { what: string } & Record<string, string | number>;

/** The machine a run was made on, for whoever compares figures. */
export function machine(): Record<string, string | number> {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    os: `${platform()} ${arch()}`,
    node: process.version,
  };
}

/** Prints rows as a table with aligned columns. */
export function printTable(title: string, rows: Row[]): void {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => show(row[column])))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]!.length)));
  console.log(`\n${title}`);
  for (const line of cells) {
    console.log(
      line
        .map((cell, index) => (index === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[index]!)))
        .join('  '),
    );
  }
}

function show(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);
}
