// The server shows times in the zone of the browser, which it learns from this cookie.
const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
const cookie = `zone=${encodeURIComponent(timeZone)}`;
const knows = () => document.cookie.split('; ').includes(cookie);
if (!knows()) {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in all browsers
  document.cookie = `${cookie}; path=/; max-age=31536000; samesite=lax`;
  if (knows() && document.documentElement.dataset.zone !== timeZone) location.reload();
}

const showSelectAll = () => {
  for (const box of document.querySelectorAll('[data-select-all]')) box.hidden = false;
};
showSelectAll();
document.addEventListener('htmx:after:swap', showSelectAll);
document.addEventListener('change', ({ target }) => {
  if (!target.matches('[data-select-all]')) return;
  for (const box of target.form.querySelectorAll('tbody input[type=checkbox]')) box.checked = target.checked;
});
