import { parsed, Wrong } from '@punctual/chassis';
import { MongoClient } from 'mongodb';

/** `scheme://[user[:password]@]host[:port][,…]/database[?options]`, by its parts. */
const shape = /^(mongodb(?:\+srv)?):\/\/(?:[^/?#@]*@)?([^/?#@]+)\/([^/?#]+)(?:\?[^#]*)?$/;
const host = /^(?:[a-z\d_.-]+|\[[\da-f:.]+\]|%2f[^:]*\.sock)(?::\d+)?$/i;

/** A connection string of MongoDB that names a database, as the driver understands it. */
export const mongoUrl = () =>
  parsed((value) => {
    if (/[\s\p{Cc}]/u.test(value)) throw new Wrong('must not hold spaces or line breaks');
    const [, , hosts = '', database = ''] = shape.exec(value) ?? [];
    if (database === '' || !hosts.split(',').every((each) => host.test(each))) throw new Wrong(expected);
    if (!isUnderstood(value))
      throw new Wrong('is refused by the driver of MongoDB: look at its ports, %-escapes and options');
    return value;
  });

const expected =
  'must be as mongodb://user:password@host:port/database?options, or mongodb+srv://…, with the name of a database; ' +
  'in a user and a password write % : / ? # [ ] @ as %25 %3A %2F %3F %23 %5B %5D %40';

/** Its options too. What the driver says about them may repeat a password, and is not shown. */
function isUnderstood(value: string): boolean {
  try {
    // It connects to nothing before it is used.
    return new MongoClient(value).options.dbName !== '';
  } catch {
    return false;
  }
}
