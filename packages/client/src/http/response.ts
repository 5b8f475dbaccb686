/** A successful response: the body, and what its headers say. */
export type ApiResponse<T> = {
  body: T;
  status: number;
  /** The tag of the state, `"3"`; null where the API has none. */
  etag: string | null;
  /** The version in the tag, to be passed as `ifMatch`. */
  version: number | null;
  /** The path of what was created. */
  location: string | null;
  /** The API had executed the command before, and this is its first response. */
  isReplayed: boolean;
  headers: Headers;
};

/** A request under way. Awaiting it gives the body. */
export type Call<T> = Promise<T> & {
  /** Gives the body with status, ETag, Location and whether it is a replay. */
  withResponse(): Promise<ApiResponse<T>>;
};

export function callOf<T>(response: Promise<ApiResponse<T>>): Call<T> {
  const body = () => response.then((each) => each.body);
  return {
    // biome-ignore lint/suspicious/noThenProperty: a call can be awaited
    then: (onBody, onError) => body().then(onBody, onError),
    catch: (onError) => body().catch(onError),
    finally: (act) => body().finally(act),
    [Symbol.toStringTag]: 'Call',
    withResponse: () => response,
  };
}

export function apiResponse<T>(body: T, status: number, headers: Headers): ApiResponse<T> {
  const etag = headers.get('etag');
  // A proxy that compresses makes the tag weak.
  const version = etag?.match(/^(?:W\/)?"(\d+)"$/)?.[1];
  return {
    body,
    status,
    etag,
    version: version === undefined ? null : Number(version),
    location: headers.get('location'),
    isReplayed: headers.get('idempotent-replayed') === 'true',
    headers,
  };
}
