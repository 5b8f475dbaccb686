import { expect, test } from 'vitest';
import { html, raw } from './html.ts';

test('values are escaped, markup is not', () => {
  const name = '<b>"Fay" & \'Finn\'</b>';
  expect(String(html`<p title="${name}">${[html`<i>${name}</i>`, null, false, undefined, raw('<br>')]}</p>`)).toBe(
    '<p title="&lt;b&gt;&quot;Fay&quot; &amp; &#39;Finn&#39;&lt;/b&gt;"><i>&lt;b&gt;&quot;Fay&quot; &amp; &#39;Finn&#39;&lt;/b&gt;</i><br></p>',
  );
});
