// While a question is being written, answers to questions near it are shown under it. Without this script, a button does.

const form = document.querySelector('form[data-similar]');
const place = form && document.getElementById(form.dataset.similar);

if (place) {
  const words = form.querySelector('textarea');
  let timer;
  let running;
  let asked = '';

  form.querySelector('[data-nearby]').hidden = true;
  words.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const text = words.value.trim();
      if (text.length < 12 || text === asked) return;
      asked = text;
      running?.abort();
      running = new AbortController();
      const body = new FormData(form);
      body.set('similar', '1');
      try {
        const answer = await fetch(form.action, { method: 'POST', body, signal: running.signal });
        if (!answer.ok || answer.redirected) return;
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        const found = page.querySelectorAll(`#${place.id} details`).length;
        const shown = page.getElementById(place.id);
        // A page that says « nothing near » at each pause would only get in the way.
        if (found && shown.innerHTML !== place.innerHTML) place.replaceChildren(...shown.childNodes);
        else if (!found) place.replaceChildren();
      } catch {
        // No network, or a newer question: the question can be sent all the same.
      }
    }, 600);
  });
}
