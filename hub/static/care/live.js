// The board stays true while others work: it asks every few seconds whether anything has changed.
(() => {
  "use strict";
  const board = document.getElementById("board");
  const said = document.getElementById("said");
  if (!board) return;
  const PARTS = ["versions", "hand-bar", "truth", "tray", "rota"];
  const EVERY = 4000, SLOWEST = 60000, PATIENCE = 8000;
  const told = new Set();
  let etag = "", wait = EVERY, pending = false;

  function say(text, isRefused) {
    said.textContent = text;
    said.className = `note ${isRefused ? "attention" : "success"}`;
  }

  // The parts of the page that a change touches, anew; scroll and focus stay.
  async function refresh() {
    pending = false;
    const answer = await fetch(location.href);
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const active = document.activeElement;
    const href = active?.getAttribute("href");
    const key = active?.id ? `#${CSS.escape(active.id)}` : href ? `[href="${CSS.escape(href)}"]` : "";
    for (const id of PARTS) {
      const old = document.getElementById(id), now = fresh.getElementById(id);
      if (!old || !now) continue;
      const { scrollTop, scrollLeft } = old;
      old.replaceWith(document.adoptNode(now));
      now.scrollTo(scrollLeft, scrollTop);
    }
    const seen = fresh.getElementById("board")?.dataset.seen;
    if (seen) board.dataset.seen = seen;
    if (key && !active.isConnected) document.querySelector(key)?.focus({ preventScroll: true });
  }

  const isBusy = () => document.body.matches(".dragging, .busy") || document.querySelector("dialog[open]");

  async function ask() {
    if (document.hidden) return;
    if (pending && !isBusy()) await refresh();
    const address = `${board.dataset.news}?seen=${board.dataset.seen}`;
    const options = { headers: { "If-None-Match": etag }, signal: AbortSignal.timeout(PATIENCE) };
    const answer = await fetch(address, options);
    if (answer.status === 304) return;
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const isFirst = !etag;
    etag = answer.headers.get("ETag");
    const lines = (await answer.json()).said.filter((line) => !told.has(line));
    for (const line of lines) {
      told.add(line);
      if (!isFirst) say(line);  // what was there when the page was opened is no news
    }
    if (isFirst) return;
    if (isBusy()) pending = true;
    else await refresh();
  }

  // One question at a time; a server that does not answer is asked less and less often.
  async function loop() {
    try {
      await ask();
      wait = EVERY;
    } catch {
      wait = Math.min(wait * 2, SLOWEST);
    }
    setTimeout(loop, wait + Math.random() * 500);
  }
  setTimeout(loop, Math.random() * EVERY);
  window.board = { say, refresh };
})();
