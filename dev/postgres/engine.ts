import { mkdir } from 'node:fs/promises';
import { PGlite, protocol } from '@electric-sql/pglite';

/** A column of an answer, as Neon and node-postgres describe it. */
export interface Field {
  readonly name: string;
  readonly tableID: number;
  readonly columnID: number;
  readonly dataTypeID: number;
  readonly dataTypeSize: number;
  readonly dataTypeModifier: number;
  readonly format: string;
}

/** Rows in PostgreSQL's text format; `command` is the first word of the command tag. */
export interface QueryResult {
  readonly fields: readonly Field[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly command: string;
  readonly rowCount: number | null;
}

/** An error of PostgreSQL with the fields of its error message (`code`, `detail`, `constraint`, …). */
export type SqlError = Readonly<Record<string, string | undefined>> & { readonly message: string };

/** Outcome of one statement. */
export type QueryOutcome =
  | { readonly ok: true; readonly result: QueryResult }
  | { readonly ok: false; readonly error: SqlError };

/** One PostgreSQL connection. Callers must not overlap their calls. */
export interface Engine {
  /** Runs one statement by the extended protocol; parameters are text or null. */
  run(sql: string, params: readonly (string | null)[]): Promise<QueryOutcome>;
  /** True while a transaction is open, also a failed one. */
  inTransaction(): boolean;
  close(): Promise<void>;
}

const ERROR_FIELDS =
  'severity code detail hint position internalPosition internalQuery where schema table column dataType constraint file line routine'.split(
    ' ',
  );

/** Opens PostgreSQL in this process, in memory or with its files in `dataDir`. */
export async function openEngine(dataDir: string | undefined): Promise<Engine> {
  if (dataDir !== undefined) await mkdir(dataDir, { recursive: true });
  const pg = await (dataDir === undefined ? PGlite.create() : PGlite.create(dataDir));
  return {
    run: async (sql, params) => {
      const answer = await pg.execProtocol(statement(sql, params), { throwOnError: false });
      return readOutcome(answer.messages);
    },
    inTransaction: () => pg.isInTransaction(),
    close: () => pg.close(),
  };
}

function statement(sql: string, params: readonly (string | null)[]): Uint8Array {
  const { serialize } = protocol;
  return Buffer.concat([
    serialize.parse({ text: sql }),
    serialize.bind({ values: [...params] }),
    serialize.describe({ type: 'P' }),
    serialize.execute({}),
    serialize.sync(),
  ]);
}

type Messages = Awaited<ReturnType<PGlite['execProtocol']>>['messages'];

function readOutcome(messages: Messages): QueryOutcome {
  let fields: readonly Field[] = [];
  const rows: (string | null)[][] = [];
  let tag = '';
  for (const message of messages) {
    if (message instanceof protocol.messages.DatabaseError) {
      return { ok: false, error: readError(message) };
    }
    if (message instanceof protocol.messages.RowDescriptionMessage) {
      fields = message.fields.map((field) => Object.assign({}, field, { format: 'text' }));
    } else if (message instanceof protocol.messages.DataRowMessage) {
      rows.push(message.fields);
    } else if (message instanceof protocol.messages.CommandCompleteMessage) {
      tag = message.text;
    }
  }
  const words = tag.split(' ');
  const last = Number(words.at(-1));
  const rowCount = words.length > 1 && Number.isInteger(last) ? last : null;
  return { ok: true, result: { fields, rows, command: words[0] ?? '', rowCount } };
}

function readError(message: Error): SqlError {
  const values = message as unknown as Readonly<Record<string, string | undefined>>;
  const entries = ERROR_FIELDS.map((field) => [field, values[field]] as const);
  return { ...Object.fromEntries(entries), message: message.message };
}
