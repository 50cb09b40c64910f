// Search as one types: the form's own answer is asked for and its results put in place of the former ones. The form
// works without this; the address always says what is shown.

const form = document.querySelector('form[data-live]');
const results = form && document.getElementById(form.dataset.live);

if (results) {
  let timer;
  let running;
  let shown = location.search;
  let typed = false;

  // Each filter is a step back; the letters of one search are one step together.
  const remember = (url, typing) => {
    if (new URL(url, location).search !== shown) history[typing && typed ? 'replaceState' : 'pushState'](null, '', url);
    [shown, typed] = [location.search, typing];
  };

  const show = async (typing) => {
    const fields = [...new FormData(form)].filter(([, value]) => value !== '');
    const url = `${form.getAttribute('action')}?${new URLSearchParams(fields)}`;
    running?.abort();
    running = new AbortController();
    results.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(url, { signal: running.signal, headers: { Accept: 'text/html' } });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const found = page.getElementById(results.id);
      // The count is changed in its own element, so that it is read aloud; the rest is replaced.
      const [said, count] = [results.querySelector('[role=status]'), found.querySelector('[role=status]')];
      if (said && count && said.textContent !== count.textContent) said.textContent = count.textContent;
      if (said && count) count.replaceWith(said);
      results.replaceChildren(...found.childNodes);
      remember(url, typing);
    } catch (error) {
      if (error.name !== 'AbortError') form.submit();
      return;
    }
    results.removeAttribute('aria-busy');
  };

  const soon = (wait, typing = false) => {
    clearTimeout(timer);
    timer = setTimeout(show, wait, typing);
  };
  form.addEventListener('input', (event) => event.target.type === 'search' && soon(250, true));
  form.addEventListener('change', (event) => event.target.type !== 'search' && soon(0));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    soon(0);
  });
  window.addEventListener('popstate', () => location.search !== shown && location.reload());
}
