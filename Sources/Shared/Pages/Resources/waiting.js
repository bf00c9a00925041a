// Goes on to the page the user wanted as soon as another tab has signed in. Without this script the page's link leads there.
const target = document.querySelector("main[data-continue]").dataset.continue;
const question = "/.gatehouse/session?return_to=" + encodeURIComponent(target);
const begun = Date.now();

async function ask() {
  const waited = Date.now() - begun;
  // Nobody waits for longer than a sign-in may take.
  if (waited > 15 * 60 * 1000) return;
  try {
    const answer = await fetch(question, { credentials: "same-origin", cache: "no-store" });
    if (answer.ok && (await answer.json()).signed_in === true) {
      location.replace(target);
      return;
    }
  } catch {
    // The network is away for a moment.
  }
  setTimeout(ask, waited < 60 * 1000 ? 2000 : 10000);
}

setTimeout(ask, 1000);
