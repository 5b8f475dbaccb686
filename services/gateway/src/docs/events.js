// The same key as the page of the REST API, so that both have the same colours.
const themeKey = 'colorMode';
const isDark = () => {
  const stored = localStorage.getItem(themeKey);
  return stored === 'dark' || (stored !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
};
const showTheme = () => {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
};

// At once, so that a dark page does not flash.
showTheme();

document.addEventListener('DOMContentLoaded', () => {
  const theme = document.querySelector('#theme');
  const form = document.querySelector('#search');
  const query = document.querySelector('#query');
  const found = document.querySelector('#found');
  theme.hidden = false;
  form.hidden = false;

  const nameTheme = () => {
    theme.textContent = isDark() ? 'Light' : 'Dark';
    theme.setAttribute('aria-label', isDark() ? 'Light colours' : 'Dark colours');
  };
  theme.addEventListener('click', () => {
    localStorage.setItem(themeKey, isDark() ? 'light' : 'dark');
    showTheme();
    nameTheme();
  });
  nameTheme();

  const contains = (element, words) => {
    const text = element?.textContent.toLowerCase() ?? '';
    return words.every((word) => text.includes(word));
  };
  /** An event is found by its name and summary, with all fields, or by the fields that match. */
  const filter = (article, words) => {
    const isNamed = [...article.querySelectorAll('h3, h3 ~ p')].some((part) => contains(part, words));
    let matches = 0;
    for (const row of article.querySelectorAll('dl > div')) {
      const isHit = contains(row, words);
      row.hidden = !isNamed && !isHit;
      if (isHit) matches += 1;
    }
    article.hidden = !isNamed && matches === 0;
  };
  const search = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const articles = [...document.querySelectorAll('article')];
    for (const article of articles) filter(article, words);
    for (const section of document.querySelectorAll('.stream')) {
      section.hidden = section.querySelectorAll('article:not([hidden])').length === 0;
    }
    for (const list of document.querySelectorAll('.subjects')) list.hidden = words.length > 0;
    const shown = articles.filter((article) => !article.hidden).length;
    found.textContent = words.length > 0 ? `${shown} of ${articles.length} shown` : '';
  };
  query.addEventListener('input', search);
  form.addEventListener('submit', (event) => event.preventDefault());
  search();
});
