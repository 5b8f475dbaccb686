/** Columns as the driver returns them, by the fields of a type: times are ISO text. */
export type Columns<T> = { [Field in keyof T as Snake<Field>]: ColumnValue<T[Field]> };

type Snake<Name> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Uppercase<First> ? `_${Lowercase<First>}` : First}${Snake<Rest>}`
  : '';

type ColumnValue<Value> = Value extends Temporal.Instant ? string : Value;
