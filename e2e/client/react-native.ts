/**
 * Makes Node a platform like React Native: without the newer parts of the web, and with a `fetch`
 * that resolves when the whole response is there and shows no `body`. Loaded with `--import`.
 */
const removed: [object, string[]][] = [
  [AbortSignal, ['any', 'timeout']],
  [AbortSignal.prototype, ['reason', 'throwIfAborted']],
  [
    globalThis,
    [
      'crypto',
      'structuredClone',
      'navigator',
      'DOMException',
      'EventSource',
      'TextDecoder',
      'TextDecoderStream',
      'URLSearchParams',
    ],
  ],
];
const platformFetch = globalThis.fetch;
const { Response: PlatformResponse } = globalThis;

class WholeResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  readonly #text: string;

  constructor({ status, ok, headers }: Response, text: string) {
    this.status = status;
    this.ok = ok;
    this.headers = headers;
    this.#text = text;
  }

  async text() {
    return this.#text;
  }

  async json() {
    return JSON.parse(this.#text);
  }
}

for (const [owner, names] of removed) {
  for (const name of names) Object.defineProperty(owner, name, { value: undefined, configurable: true });
}
Object.assign(globalThis, {
  Response: WholeResponse,
  fetch: async (input: string, init: RequestInit) => {
    const response = await platformFetch(input, init);
    if (!(response instanceof PlatformResponse)) throw new Error('This is not the platform’s fetch.');
    return new WholeResponse(response, await response.text());
  },
});
