// Changing the board by hand: by dragging, by keyboard, by dialogue. One listener for each kind of event.
(() => {
  "use strict";
  const board = document.getElementById("board");
  const dialog = document.getElementById("dialog");
  const said = document.getElementById("said");
  if (!board || !board.dataset.hand) return;
  const OPENS = 6 * 60, SCALE = 1.25, STEP = 5, FAR = 6, HOLD = 350, PAUSE = 120;
  const { say, refresh } = window.board;
  const headers = () => ({ ...JSON.parse(document.body.getAttribute("hx-headers") || "{}"), "HX-Request": "true" });
  const uuid = (address) => (address || "").match(/[0-9a-f]{8}-[0-9a-f-]{27}/)?.[0];
  const day = (address) => (address || "").match(/\/(\d{4}-\d\d-\d\d)\//)?.[1];
  const two = (number) => String(number).padStart(2, "0");

  // What a thing of the board is, as a change names it.
  function subject(spot) {
    const href = spot.getAttribute("href");
    if (href.startsWith("/visits/")) return { deed: "visit", visit: uuid(href) };
    if (href.startsWith("/workers/") && day(href)) return { deed: "round", source: uuid(href), day: day(href) };
    if (href.startsWith("/needs/")) return { deed: "place", need: uuid(href), due: day(href) };
    return null;
  }

  const address = (fields) => `${board.dataset.hand}?${new URLSearchParams(fields)}`;

  async function openDialogue(html) {
    dialog.innerHTML = html;
    htmx.process(dialog);
    if (!dialog.open) dialog.showModal();
    const alert = dialog.querySelector("[aria-invalid], [autofocus]");
    if (alert) alert.focus();
  }

  async function ask(fields, target = board.dataset.hand) {
    const answer = await fetch(`${target}?${new URLSearchParams({ ...fields, seen: board.dataset.seen })}`, { headers: headers() });
    if (answer.ok || answer.status === 409) openDialogue(await answer.text());
    else say("That cannot be changed by hand.", true);
  }

  // Changes go one after the other, each on the board that the one before has left.
  let settled = Promise.resolve();
  const send = (target, body) => (settled = settled.then(() => post(target, body)));

  // What comes back is said, asked about, or explained.
  async function post(target, body) {
    document.body.classList.add("busy");
    try {
      const answer = await fetch(target, { method: "POST", headers: headers(), body });
      if ((answer.headers.get("Content-Type") || "").startsWith("application/json")) {
        const told = await answer.json();
        if (dialog.open) dialog.close();
        say(told.said, told.refused);
        await follow(told.address);
      } else if (answer.status === 409) openDialogue(await answer.text());
      else say("It was not changed: the server did not take it. Load the page again.", true);
    } catch {
      say("It was not changed: there is no connection. Try again.", true);
    } finally {
      document.body.classList.remove("busy");
    }
  }

  async function follow(target) {
    const there = new URL(target, location.href), here = new URL(location.href);
    for (const [name, value] of here.searchParams) if (name !== "rota") there.searchParams.set(name, value);
    const shown = board.dataset.version;
    if (there.searchParams.get("rota") !== shown) {
      sessionStorage.setItem("said", said.textContent);
      location.assign(there);
    } else await refresh();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-hand-form], [data-step]")) return;
    event.preventDefault();
    const whose = form.dataset.whose;
    if (whose && !confirm(`The newest change is ${whose}'s. Take it back all the same?`)) return;
    send(form.action, new FormData(form, event.submitter));
  });

  // The dialogue says what a choice would mean before it is made.
  let asking = null;
  document.addEventListener("change", async (event) => {
    const form = event.target.closest("[data-hand-form]");
    if (!form || event.target.name === "reason" || !form.querySelector("#hand-preview")) return;
    const best = event.target.name === "worker" ? event.target.selectedOptions[0]?.dataset : null;
    if (best?.at) { form.elements.day.value = best.day; form.elements.at.value = best.at; }
    asking?.abort();
    asking = new AbortController();
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("csrfmiddlewaretoken");
    fields.delete("reason");
    fields.set("check", "yes");
    try {
      const answer = await fetch(`${form.getAttribute("action")}?${fields}`, { headers: headers(), signal: asking.signal });
      if (answer.ok) form.querySelector("#hand-preview").innerHTML = await answer.text();
    } catch { /* a later choice has taken its place */ }
  });

  // The ranking comes after the dialogue: who was chosen meanwhile stays chosen.
  let kept = "";
  document.addEventListener("htmx:beforeSwap", ({ target }) => { if (target.id === "hand-worker") kept = target.value; });
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target.id !== "hand-worker") return;
    target.value = kept;
    if (target.selectedIndex >= 0) return;
    target.selectedIndex = 0;
    target.dispatchEvent(new Event("change", { bubbles: true }));
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-move]");
    if (link) {
      event.preventDefault();
      const there = new URL(link.href);
      ask(Object.fromEntries(there.searchParams), there.pathname);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, select, textarea")) return;
    if (event.key === "Escape" && drag) return stop();
    const key = event.key.toLowerCase();
    if (key === "u") {
      event.preventDefault();
      const again = event.shiftKey;
      settled.then(() => {
        const form = document.querySelector(again ? "[data-step=redo]" : "[data-step=undo]");
        if (form) form.requestSubmit();
        else say(again ? "There is nothing to do again." : "There is nothing to take back.", true);
      });
      return;
    }
    const spot = event.target.closest("[data-panel]") || document.querySelector("[data-panel][aria-current]");
    if ((key !== "m" && key !== "l") || !spot) return;
    const chosen = subject(spot);
    if (!chosen || (key === "l" && chosen.deed === "place")) return;
    event.preventDefault();
    ask(chosen, key === "l" ? board.dataset.lock : board.dataset.hand);
  });

  // Dragging. With a finger a bar is held for a moment first, so that one can still scroll.
  let drag = null, waiting = null, lastDrop = 0;
  const tip = document.createElement("div");
  tip.className = "drag-tip";
  tip.hidden = true;
  board.append(tip);

  board.addEventListener("pointerdown", (event) => {
    const spot = event.target.closest(".grid [data-panel], .tray a[data-panel]");
    if (!spot || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const chosen = subject(spot);
    if (!chosen) return;
    const box = (spot.querySelector(".outline") || spot).getBoundingClientRect();
    waiting = { spot, chosen, x: event.clientX, y: event.clientY, left: event.clientX - box.left, id: event.pointerId };
    if (event.pointerType === "touch") waiting.timer = setTimeout(begin, HOLD);
  });

  function begin() {
    drag = waiting;
    waiting = null;
    drag.spot.classList.add("dragged");
    document.body.classList.add("dragging");
    try { board.setPointerCapture(drag.id); } catch { /* the pointer has gone */ }
  }

  function stop() {
    clearTimeout(waiting?.timer);
    waiting = null;
    if (!drag) return;
    drag.spot.classList.remove("dragged");
    document.querySelector("tr.target")?.classList.remove("target");
    document.body.classList.remove("dragging");
    tip.hidden = true;
    clearTimeout(drag.timer);
    drag = null;
  }

  // Where the pointer is: whose row, and in the day view at what time.
  function place(event) {
    const under = document.elementsFromPoint(event.clientX, event.clientY).find((one) => one.closest("#rota tbody tr:not(.group)"));
    const row = under?.closest("tr");
    if (!row) return null;
    const fields = { ...drag.chosen, worker: uuid(row.querySelector("th.name a")?.getAttribute("href")) };
    const track = row.querySelector("svg.track");
    if (track && drag.chosen.deed !== "round") {
      const across = (event.clientX - track.getBoundingClientRect().left - (drag.chosen.deed === "visit" ? drag.left : 0)) / SCALE;
      const minute = Math.min(Math.max(OPENS + Math.round(across / STEP) * STEP, 0), 1435);
      fields.at = `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
      fields.day = board.dataset.day;
    } else if (drag.chosen.deed === "place") return null;
    return { row, fields };
  }

  board.addEventListener("pointermove", (event) => {
    if (waiting && event.pointerId === waiting.id) {
      const far = Math.hypot(event.clientX - waiting.x, event.clientY - waiting.y) > FAR;
      if (far && event.pointerType === "touch") stop();
      else if (far) begin();
    }
    if (!drag || event.pointerId !== drag.id) return;
    const there = place(event);
    document.querySelector("tr.target")?.classList.remove("target");
    there?.row.classList.add("target");
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - 330)}px`;
    tip.style.top = `${Math.min(event.clientY + 18, innerHeight - 120)}px`;
    tip.hidden = false;
    const key = there ? JSON.stringify(there.fields) : "";
    if (key === drag.key) return;
    drag.key = key;
    clearTimeout(drag.timer);
    const head = there ? `${there.row.querySelector("th.name a").textContent}${there.fields.at ? `, ${there.fields.at}` : ""}` : "Not here";
    tip.textContent = head;
    if (!there) return;
    const mine = drag;
    drag.timer = setTimeout(async () => {
      const answer = await fetch(address({ ...there.fields, check: "yes" }), { headers: headers() });
      if (drag === mine && drag.key === key && answer.ok) {
        tip.innerHTML = await answer.text();
        tip.prepend(Object.assign(document.createElement("strong"), { textContent: head }));
      }
    }, PAUSE);
  });

  board.addEventListener("pointerup", (event) => {
    if (!drag) return stop();
    const there = place(event);
    lastDrop = Date.now();
    stop();
    if (!there) return say("Dropped outside the rows: nothing was changed.", true);
    const body = new FormData();
    for (const [name, value] of Object.entries({ ...there.fields, seen: board.dataset.seen })) body.set(name, value);
    if (there.fields.deed === "place" || there.fields.deed !== "round" || there.fields.worker !== there.fields.source) send(board.dataset.hand, body);
  });
  board.addEventListener("pointercancel", stop);
  board.addEventListener("dragstart", (event) => event.preventDefault());
  document.addEventListener("touchmove", (event) => { if (drag) event.preventDefault(); }, { passive: false });
  document.addEventListener("contextmenu", (event) => { if (drag || waiting?.timer) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    if (Date.now() - lastDrop < 300) { event.preventDefault(); event.stopPropagation(); }
  }, true);

  const told = sessionStorage.getItem("said");
  if (told) { say(told); sessionStorage.removeItem("said"); }
})();
