// The board by keyboard and without leaving the page. Everything here also works as plain links.
(() => {
  "use strict";
  const board = document.getElementById("board");
  const panel = document.getElementById("panel");
  const dialog = document.getElementById("dialog");
  const keys = document.getElementById("keys");
  let opener = null;

  function openPanel(link) {
    opener = link;
    document.querySelectorAll("[data-panel][aria-current]").forEach((one) => one.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    htmx.ajax("GET", link.getAttribute("href"), { target: "#panel-body", swap: "innerHTML" }).then(() => {
      panel.hidden = false;
      board.classList.add("has-panel");
      panel.focus();
    });
  }

  function closePanel() {
    panel.hidden = true;
    board.classList.remove("has-panel");
    if (opener && opener.isConnected) opener.focus();
  }

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const link = event.target.closest("a[data-panel]");
    if (link && panel) {
      event.preventDefault();
      openPanel(link);
      return;
    }
    const asks = event.target.closest("a[data-dialog]");
    if (asks && dialog) {
      event.preventDefault();
      htmx.ajax("GET", asks.href, { target: "#dialog", swap: "innerHTML" }).then(() => dialog.showModal());
      return;
    }
    if (event.target.closest("[data-close-panel]")) closePanel();
    const closes = event.target.closest("[data-close]");
    if (closes) closes.closest("dialog").close();
    if (event.target.closest("[data-keys]")) keys.showModal();
  });

  // Arrow keys: left and right within a row, up and down to what lies nearest in the next row.
  const ROWS = ".grid tbody tr";
  const spots = (row) => Array.from(row.querySelectorAll(".grid [data-panel]"));
  const middle = (spot) => { const box = spot.getBoundingClientRect(); return box.left + box.width / 2; };

  function neighbour(spot, key) {
    const row = spot.closest("tr");
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const all = spots(row);
      return all[all.indexOf(spot) + (key === "ArrowLeft" ? -1 : 1)];
    }
    const rows = Array.from(document.querySelectorAll(ROWS)).filter((one) => spots(one).length);
    const next = rows[rows.indexOf(row) + (key === "ArrowUp" ? -1 : 1)];
    if (!next) return undefined;
    const here = middle(spot);
    return spots(next).reduce((best, one) =>
      Math.abs(middle(one) - here) < Math.abs(middle(best) - here) ? one : best);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, select, textarea")) return;
    if (event.key === "?" && keys) { keys.showModal(); return; }
    if (event.key === "Escape" && panel && !panel.hidden) { closePanel(); return; }
    if (!event.key.startsWith("Arrow")) return;
    const spot = event.target.closest(".grid [data-panel]");
    if (!spot) {
      if (event.target === document.body || event.target.id === "main") {
        const first = document.querySelector(".grid [data-panel]");
        if (first) { event.preventDefault(); first.focus(); }
      }
      return;
    }
    event.preventDefault();
    const next = neighbour(spot, event.key);
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  });

  // Hovering or focusing one of a pair lights the other.
  function light(event, on) {
    const spot = event.target.closest && event.target.closest("[data-pair]");
    if (!spot) return;
    const other = document.getElementById(`v-${spot.dataset.pair}`);
    if (other) other.classList.toggle("partner", on);
  }
  for (const name of ["mouseover", "focusin"]) document.addEventListener(name, (event) => light(event, true));
  for (const name of ["mouseout", "focusout"]) document.addEventListener(name, (event) => light(event, false));
})();
