// A password can be shown while one types it: long ones are easier to get right. Without this script, it stays hidden.

for (const input of document.querySelectorAll('input[data-reveal]')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'btn btn-quiet btn-sm pv-reveal';
  button.setAttribute('aria-controls', input.id);
  button.textContent = input.dataset.reveal;
  button.addEventListener('click', () => {
    const shown = input.type === 'text';
    input.type = shown ? 'password' : 'text';
    button.textContent = shown ? input.dataset.reveal : input.dataset.hide;
    input.focus();
  });
  input.after(button);
  // A password shown is never kept by the browser as ordinary text.
  input.form.addEventListener('submit', () => { input.type = 'password'; });
}
