/**
 * Which statements a connection has prepared. PostgreSQL parses and plans a prepared statement once
 * for a connection, which is most of the cost of a short one (ADR 0018).
 */
export type PreparedStatements = {
  /** How to send a statement, by its text. */
  use(text: string): Use;
  /** Records that a message failed: of these statements nobody knows whether they were parsed. */
  doubt(texts: readonly string[]): void;
};

type Use = {
  /** Empty for a statement that is not prepared. */
  name: string;
  /** Whether it must be parsed. */
  isNew: boolean;
  /** Whether the name may be taken already, by a message that failed. */
  mayExist: boolean;
};

type Entry = { name: string; uses: number; state: 'new' | 'unknown' | 'ready' };

/** A statement that is used more often than this is worth preparing. */
const uses = 2;
/**
 * Bounds the memory of a session where the text of a statement varies. Later texts are not
 * prepared.
 */
const most = 300;

export function createPreparedStatements(): PreparedStatements {
  const entries = new Map<string, Entry>();
  return {
    use: (text) => {
      let entry = entries.get(text);
      if (!entry) {
        entry = { name: `s${entries.size}`, uses: 0, state: 'new' };
        if (entries.size < most) entries.set(text, entry);
      }
      entry.uses += 1;
      if (entry.uses <= uses) return { name: '', isNew: true, mayExist: false };
      const { name, state } = entry;
      // Twice in one message: the second one finds it.
      entry.state = 'ready';
      return { name, isNew: state !== 'ready', mayExist: state === 'unknown' };
    },
    doubt: (texts) => {
      for (const text of texts) {
        const entry = entries.get(text);
        if (entry?.state === 'ready') entry.state = 'unknown';
      }
    },
  };
}
