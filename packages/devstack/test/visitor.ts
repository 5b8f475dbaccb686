export type Page = { status: number; url: string; headers: Headers; text: string };

type Init = { method?: string; form?: Record<string, string | string[]>; follow?: boolean };

export type Visitor = {
  /** Follows redirects, unless told not to, until a page comes or one leads to another origin. */
  open(url: string, init?: Init): Promise<Page>;
};

/** A browser without script, which stays at one origin: it keeps cookies by their path. */
export function createVisitor(origin: string): Visitor {
  const cookies = new Map<string, { value: string; path: string }>();
  const keep = (line: string) => {
    const [pair = '', ...attributes] = line.split('; ');
    const [name = '', value = ''] = pair.split('=', 2);
    const path = attributes.find((each) => each.startsWith('path='))?.slice('path='.length) ?? '/';
    cookies.set(`${name} ${path}`, { value, path });
  };

  return {
    open: async (first, { method = 'GET', form, follow = true } = {}) => {
      let [url, init]: [string, RequestInit] = [first, { method, ...(form && { body: bodyOf(form) }) }];
      for (;;) {
        const { pathname } = new URL(url);
        const sent = [...cookies].filter(([, { path }]) => pathname.startsWith(path));
        const cookie = sent.map(([key, { value }]) => `${key.split(' ')[0]}=${value}`).join('; ');
        const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie, accept: 'text/html' } });
        for (const line of response.headers.getSetCookie()) keep(line);
        const location = response.headers.get('location');
        const next = location && new URL(location, url).href;
        if (follow && next && new URL(next).origin === origin) [url, init] = [next, {}];
        else
          return { status: response.status, url: next ?? url, headers: response.headers, text: await response.text() };
      }
    },
  };
}

function bodyOf(form: Record<string, string | string[]>): URLSearchParams {
  const pairs = Object.entries(form).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
  return new URLSearchParams(pairs);
}
