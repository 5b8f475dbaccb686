/** The events that a consumer reads from one stream. */
export type InboxPart = { consumer: string; stream: string };

/**
 * What a service's database knows about the events of its consumers. It may have been restored to
 * an earlier moment.
 */
export type Inbox<E> = {
  describe(): Promise<InboxState>;
  /** Returns the ids of those whose effect the database lacks, unless it knows them as dead letters. */
  lacking(part: InboxPart, events: readonly E[]): Promise<ReadonlySet<string>>;
  /** Notes that an event became a dead letter, so that it is not handled again by itself. */
  noteDeadLetter(part: InboxPart, event: E): Promise<void>;
};

export type InboxState = {
  /** Changes when the database was restored, or when its server started or another one took over. */
  place: string;
  /** When the database was created. A backup keeps it. */
  createdAt: Date;
  /** Older events may have been purged from the inbox. */
  keptSince: Date;
};
