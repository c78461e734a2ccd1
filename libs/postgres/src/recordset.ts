/** Rows as parameters of a statement: one array for each column. */
export interface Recordset<Row> {
  /** What stands behind FROM: a subquery `item` with the columns by their names and types. */
  readonly item: string;
  /** The number of parameters. */
  readonly width: number;
  parameters: (rows: readonly Row[]) => Buffer[];
}

/**
 * What a column's type takes: text for any type whose text Postgres reads, any value for json and jsonb, bytes for bytea,
 * texts without commas, quotes and braces for arrays. Null is null.
 */
type Value = string | number | boolean | object | null;

/** Types of the binary format (`pg_type.dat`). */
const OID = { bytea: 17, text: 25 };

const ARRAY_HEADER_BYTES = 20;

/**
 * Rows of many columns as a statement's parameters from `$first` on, whatever their number: a statement takes 65,535
 * parameters. The arrays go in Postgres's binary format (`array_recv`): in JSON, whose text would be escaped and parsed
 * field by field, and carry bytes in base64, rows cost both sides twice as much CPU.
 */
export function recordset<Column extends string>(
  columns: Record<Column, string>,
  { first }: { first: number },
): Recordset<Record<Column, Value>> {
  const entries = Object.entries<string>(columns) as [Column, string][];
  const arrays = entries.map(([, type], index) => `$${first + index}::${elementOf(type)}[]`);
  const typed = entries.map(([name, type]) =>
    type === 'bytea' ? `"${name}"` : `"${name}"::${type} as "${name}"`,
  );
  const names = entries.map(([name]) => `"${name}"`);
  return {
    item: `(select ${typed.join(', ')} from unnest(${arrays.join(', ')}) as given (${names.join(', ')})) as item`,
    width: entries.length,
    parameters: (rows) =>
      entries.map(([name, type]) =>
        toArray(
          rows.map((row) => toElement(row[name], type)),
          OID[elementOf(type)],
        ),
      ),
  };
}

function elementOf(type: string): keyof typeof OID {
  return type === 'bytea' ? 'bytea' : 'text';
}

function toElement(value: Value, type: string): string | Buffer | null {
  if (value === null || (typeof value === 'string' && !type.startsWith('json')) || Buffer.isBuffer(value))
    return value;
  if (type.endsWith('[]')) return `{${(value as string[]).join(',')}}`;
  return typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function toArray(elements: (string | Buffer | null)[], oid: number): Buffer {
  const lengths = elements.map((element) =>
    element === null ? -1 : typeof element === 'string' ? Buffer.byteLength(element) : element.length,
  );
  const size = lengths.reduce((sum, length) => sum + 4 + Math.max(length, 0), ARRAY_HEADER_BYTES);
  const bytes = Buffer.allocUnsafe(size);
  let offset = 0;
  // One dimension, nulls allowed, the elements' type, their number, counted from 1.
  for (const word of [1, 1, oid, elements.length, 1]) offset = bytes.writeInt32BE(word, offset);
  elements.forEach((element, index) => {
    const length = lengths[index]!;
    offset = bytes.writeInt32BE(length, offset);
    if (typeof element === 'string') bytes.write(element, offset, length);
    else if (element !== null) bytes.set(element, offset);
    offset += Math.max(length, 0);
  });
  return bytes;
}
