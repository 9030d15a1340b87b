/* A certificate goes up in pieces as soon as it is chosen: it outlives a lost connection, and after
   the browser was closed the same file goes on where it stopped. Without script, or where a piece
   is refused for good, the form sends the file as any other. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-pieces]");
  if (!form) return;
  const PIECE = 256 * 1024;
  const LONGEST_WAIT = 30; // seconds between two tries
  const input = form.querySelector('input[type="file"]');
  const token = form.querySelector('input[name="csrfmiddlewaretoken"]').value;
  const part = form.querySelector("[data-upload]");
  const bar = part.querySelector("progress");
  const words = part.querySelector("[data-upload-words]");
  const button = part.querySelector("button");
  const kept = form.querySelector("[data-upload-kept]");
  const numbers = new Intl.NumberFormat("en-IN", { maximumFractionDigits: 1 });
  const megabytes = (bytes) => numbers.format(bytes / 1e6);
  let run = 0; // a file chosen later ends the run of the one before
  let paused = false;
  let wake = () => {};
  let state = "idle"; // or "running", "done"
  let sendWhenDone = false;

  const say = (name, values = {}) => {
    words.textContent = Object.entries(values).reduce(
      (text, [key, value]) => text.replace(`{${key}}`, value),
      part.dataset[name] ?? name,
    );
  };
  const show = (received, size) => {
    bar.max = size;
    bar.value = received;
    say("going", { received: megabytes(received), size: megabytes(size) });
  };
  const sleep = (seconds) => new Promise((done) => {
    const timer = setTimeout(done, seconds * 1000);
    wake = () => { clearTimeout(timer); done(); };
  });
  const digestOf = async (file) => {
    if (!window.crypto?.subtle) return ""; // a page without TLS: it cannot be gone on with later
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const ask = async (url, body, headers = {}) => {
    const answer = await fetch(url, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": token, Accept: "application/json", ...headers },
    });
    if (answer.redirected) return { status: 401, said: { error: part.dataset.out } };
    if (answer.status >= 500 && answer.status !== 507) throw new Error(String(answer.status));
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    return { status: answer.status, said: isJson ? await answer.json() : { error: part.dataset.failed } };
  };
  const pause = (word) => {
    paused = true;
    button.hidden = false;
    button.textContent = part.dataset.resume;
    if (word) say(word);
  };

  /* Try until there is an answer; wait twice as long each time, and at once when we are online. */
  const insist = async (mine, tryOnce) => {
    for (let seconds = 1; mine === run; seconds = Math.min(seconds * 2, LONGEST_WAIT)) {
      try {
        return await tryOnce();
      } catch {
        say("lost", { seconds });
        await sleep(seconds);
      }
    }
    return null;
  };

  const stop = (sentence) => {
    state = "idle";
    sendWhenDone = false;
    button.hidden = true;
    bar.hidden = true;
    words.textContent = sentence;
    words.setAttribute("role", "alert");
  };

  const send = async (file) => {
    const mine = ++run;
    state = "running";
    paused = false;
    part.hidden = false;
    bar.hidden = false;
    button.hidden = false;
    button.textContent = part.dataset.pause;
    words.removeAttribute("role");
    if (kept) kept.hidden = true;
    show(0, file.size || 1);
    const named = new URLSearchParams({ file_name: file.name, size: file.size, sha256: await digestOf(file) });
    const begun = await insist(mine, () => ask(form.dataset.pieces, named));
    if (mine !== run) return;
    if (begun.status !== 200) { stop(begun.said.error); return; }
    let received = begun.said.received;
    while (received < file.size) {
      while (paused && mine === run) await sleep(3600); // with what was said of the pause
      if (mine !== run) return;
      show(received, file.size);
      const piece = file.slice(received, received + PIECE);
      const at = { "Upload-Offset": String(received), "Content-Type": "application/octet-stream" };
      const answer = await insist(mine, () => ask(begun.said.url, piece, at));
      if (mine !== run) return;
      if (answer.status === 200 || answer.status === 409) received = answer.said.received;
      else if (answer.status === 507) { pause(); words.textContent = answer.said.error; }
      else { stop(answer.said.error); return; }
    }
    state = "done";
    show(file.size, file.size);
    button.hidden = true;
    say("done", { name: file.name });
    if (sendWhenDone) form.requestSubmit();
  };

  input.addEventListener("change", () => {
    sendWhenDone = false;
    if (input.files.length) send(input.files[0]);
    else run += 1;
  });
  button.addEventListener("click", () => {
    if (paused) {
      paused = false;
      button.textContent = part.dataset.pause;
    } else {
      pause("halted");
    }
    wake();
  });
  window.addEventListener("online", () => wake());
  form.addEventListener("submit", (event) => {
    if (state === "running") {
      event.preventDefault();
      event.stopPropagation();
      sendWhenDone = true;
      if (paused) { paused = false; button.textContent = part.dataset.pause; wake(); }
      say("waiting");
      return;
    }
    if (state === "done") input.disabled = true; // it has arrived: it need not come again
  });
  window.addEventListener("pageshow", () => { input.disabled = false; });
})();
